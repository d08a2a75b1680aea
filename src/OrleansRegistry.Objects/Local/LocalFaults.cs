namespace OrleansRegistry.Objects.Local;

/// <summary>What the operating system's errors mean to callers of the folder, and what mends them.</summary>
internal static class LocalFaults
{
    private const int NoSpace = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int QuotaOfLinux = 122;
    private const int QuotaOfMac = 69;
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    public static bool Is(Exception fault) => fault is IOException or UnauthorizedAccessException;

    /// <param name="folder">The store's.</param>
    /// <param name="doing">As <c>write backups/a.gz</c>.</param>
    /// <param name="fault">What the file system threw.</param>
    public static ObjectStoreException Translate(string folder, string doing, Exception fault)
    {
        var (error, advice) = fault switch
        {
            UnauthorizedAccessException => (
                ObjectStoreError.Denied,
                $"the user that runs this process ({Environment.UserName}) may not: give it the folder (chown) and 0700 on it (chmod)"),
            IOException { HResult: NoSpace or WindowsDiskFull } =>
                (ObjectStoreError.Full, "no room is left on the disk: free some, or name another folder"),
            IOException { HResult: QuotaOfLinux or QuotaOfMac } =>
                (ObjectStoreError.Full, "the user's disk quota is used up: raise it, or free some"),
            IOException { HResult: ReadOnlyFileSystem } =>
                (ObjectStoreError.Denied, "it is mounted read-only: mount it writable, or name another folder"),
            PathTooLongException =>
                (ObjectStoreError.InvalidName, "the path is longer than the file system allows: name a folder with a shorter path"),
            _ => (ObjectStoreError.Unavailable, fault.Message.TrimEnd('.')),
        };
        return new ObjectStoreException(error, $"Could not {doing} in the folder {folder}: {advice}.", fault);
    }
}
