namespace OrleansRegistry;

/// <summary>Credentials of one form that requests carry, such as keys: whom they name.</summary>
internal interface ICallerCredentials
{
    /// <summary>How such credentials begin.</summary>
    string Prefix { get; }

    /// <summary>What the credential is called, for refusals: <c>key</c>.</summary>
    string Noun { get; }

    /// <summary>Whom it names, as far as this process knows now; null for nobody, or nobody any more.</summary>
    AdmittedCaller? Find(string text);

    /// <summary>The same of one that this process does not know, once it knows all that was stored before this call.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Unavailable"/>: nobody can tell now.</exception>
    ValueTask<AdmittedCaller?> FindAsync(string text, CancellationToken cancellationToken);
}
