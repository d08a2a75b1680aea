using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansRegistry.Storage.Files;

namespace OrleansRegistry.Storage.Tests;

/// <summary>Ways to open a file store that tests share.</summary>
internal static class FileStores
{
    /// <summary>Compacts only when it is told to.</summary>
    public static FileStoreOptions Options(string folder, long segmentBytes = 4096) =>
        new() { Directory = folder, SegmentBytes = segmentBytes, CompactionMinDeadBytes = long.MaxValue };

    public static Task<FileStore> OpenAsync(string folder, long segmentBytes = 4096, ILogger<FileStore>? logger = null, IFileSystem? files = null) =>
        OpenAsync(Options(folder, segmentBytes), logger, files);

    public static async Task<FileStore> OpenAsync(FileStoreOptions options, ILogger<FileStore>? logger = null, IFileSystem? files = null)
    {
        var store = new FileStore(options, logger ?? NullLogger<FileStore>.Instance, files ?? new DiskFileSystem(), TimeProvider.System);
        await store.OpenAsync(CancellationToken.None);
        return store;
    }

    public static async Task<StoreStartException> RefusesAsync(string folder) =>
        await Assert.ThrowsAsync<StoreStartException>(() => OpenAsync(folder));
}
