namespace Orleans.Runtime
{
    public class OrleansException : Exception
    {
        public OrleansException()
            : base("Unexpected error.")
        {
        }

        public OrleansException(string message)
            : base(message)
        {
        }

        public OrleansException(string message, Exception innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>The call was not taken: no activation of the grain would have it.</summary>
    public class OrleansMessageRejectionException(string message) : OrleansException(message);

    /// <summary>The process is stopping and starts no more activations.</summary>
    public sealed class SiloUnavailableException(string message) : OrleansMessageRejectionException(message);

    /// <summary>Too many calls wait for one activation.</summary>
    public sealed class LimitExceededException(string message) : OrleansException(message);

    /// <summary>A grain asks for a storage provider that is not registered.</summary>
    public sealed class BadProviderConfigException(string message) : OrleansException(message);

    public sealed class OrleansConfigurationException(string message) : Exception(message);
}

namespace Orleans.Storage
{
    using Orleans.Runtime;

    /// <summary>The record in the store is not the one that this activation read. Escaping a grain's method, it deactivates that activation.</summary>
    public class InconsistentStateException : OrleansException
    {
        public InconsistentStateException()
        {
        }

        public InconsistentStateException(string message)
            : base(message)
        {
        }

        public InconsistentStateException(string message, Exception? innerException)
            : base(message, innerException!)
        {
        }

        public InconsistentStateException(string errorMsg, string? storedEtag, string? currentEtag, Exception? storageException)
            : base(errorMsg, storageException!)
        {
            StoredEtag = storedEtag;
            CurrentEtag = currentEtag;
        }

        public InconsistentStateException(string errorMsg, string? storedEtag, string? currentEtag)
            : this(errorMsg, storedEtag, currentEtag, null)
        {
        }

        public InconsistentStateException(string? storedEtag, string? currentEtag, Exception storageException)
            : this(storageException.Message, storedEtag, currentEtag, storageException)
        {
        }

        public string? StoredEtag { get; }
        public string? CurrentEtag { get; }

        // Only the activation whose write it was is out of date, not those that the exception passes on its way up.
        internal bool IsSourceActivation { get; set; } = true;
    }
}
