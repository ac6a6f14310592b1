alter table recent rename to latest;
