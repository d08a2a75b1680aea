namespace OrleansRegistry.Storage.Files;

/// <summary>The file operations that the order of a crash depends on; tests put a faulty disk in their place.</summary>
internal interface IFileSystem
{
    /// <summary>Creates the file anew, or empties the one that is there.</summary>
    ILogFile Create(string path);

    ILogFile Open(string path, bool writable);

    /// <summary>Gives the file its new name in one step; there must be none of that name.</summary>
    void Rename(string from, string to);

    void Delete(string path);

    /// <summary>Makes the names in the folder durable: what was created, renamed or deleted there before.</summary>
    void FlushDirectory(string path);
}

/// <summary>One open file. Reads may run beside one writer.</summary>
internal interface ILogFile : IDisposable
{
    long Length { get; }

    /// <summary>Reads until the buffer is full or the file ends.</summary>
    /// <returns>How many bytes were read.</returns>
    int Read(Span<byte> buffer, long offset);

    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Makes everything written durable (fsync).</summary>
    void Flush();

    void Truncate(long length);
}
