alter type state add value 'b';
alter table orders alter state set default 'b';
