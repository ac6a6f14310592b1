--liquibase formatted sql
--changeset anna:1
create table d (id int primary key);
--rollback drop table d;
