create view b as select x from a
GO
