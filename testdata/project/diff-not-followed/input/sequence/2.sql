drop sequence orders_id_seq cascade;
