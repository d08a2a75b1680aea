namespace OrleansRegistry;

/// <summary>What callers do with what the registry holds as a whole.</summary>
internal enum DataUse
{
    Export,

    /// <summary>What would be said of an export, without it.</summary>
    CheckExport,
    Import,

    /// <summary>An import that stores nothing.</summary>
    CheckImport,
    MakeBackup,
    ReadBackup,
}

/// <summary>The way by which callers come to exports, imports and backups: whether they may, and what is told of it.</summary>
internal interface IDataGate
{
    /// <summary>Runs one. Of an export, the audit trail has its entry before it begins: who reads it has each line before it ends.</summary>
    /// <exception cref="RegistryException">
    /// <see cref="RegistryError.Forbidden"/>: the caller's roles do not allow it, its credential is for certain agents, or its tenant is closed;
    /// <see cref="RegistryError.QuotaExceeded"/>: its tenant has as much as it may have.
    /// </exception>
    Task<T> RunAsync<T>(DataUse use, Caller caller, string? id, Func<Task<T>> run);

    /// <summary>What an import of this caller keeps to.</summary>
    IImportTerms TermsOf(Caller caller);
}
