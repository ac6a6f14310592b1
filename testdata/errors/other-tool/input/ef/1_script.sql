create table "__EFMigrationsHistory" ("MigrationId" varchar(150) primary key);
