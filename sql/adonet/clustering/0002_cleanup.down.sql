DELETE FROM orleansquery WHERE querykey = 'CleanupDefunctSiloEntryKey';
