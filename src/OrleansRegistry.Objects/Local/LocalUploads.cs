using System.Globalization;
using System.Text;

namespace OrleansRegistry.Objects.Local;

/// <summary>Uploads in parts: a folder each, with the object's name in a file and a file a part.</summary>
internal sealed class LocalUploads(ObjectFolder folder)
{
    private const string NameFile = "name";
    private const int CopyBuffer = 1024 * 1024;

    public async Task<string> BeginAsync(string name)
    {
        var upload = Guid.NewGuid().ToString("N");
        var path = Path.Combine(folder.Uploads, upload, NameFile);
        await folder.WriteAsync(path, file => file.WriteAsync(Encoding.ASCII.GetBytes(name)).AsTask());
        return upload;
    }

    public async Task PutAsync(string name, string upload, int number, Stream part, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Find(name, upload), FileOf(number));
        await folder.WriteAsync(
            path,
            async file =>
            {
                await CallerStream.CopyAsync(new LimitedStream(part, UploadLimits.MaxPartBytes + 1L), file, CopyBuffer, cancellationToken);
                if (file.Length > UploadLimits.MaxPartBytes)
                {
                    throw UploadLimits.TooLarge(name, number);
                }

                // It may have been dropped meanwhile: renaming the part would bring half of it back.
                Find(name, upload);
            });
    }

    public IReadOnlyList<ObjectPart> List(string name, string upload) =>
    [
        .. new DirectoryInfo(Find(name, upload)).EnumerateFiles()
            .Where(file => file.Name != NameFile)
            .Select(file => new ObjectPart(int.Parse(file.Name, NumberStyles.None, CultureInfo.InvariantCulture), file.Length))
            .OrderBy(part => part.Number),
    ];

    public async Task CompleteAsync(string name, string upload, string target, CancellationToken cancellationToken)
    {
        var parts = List(name, upload);
        UploadLimits.Check(name, parts);
        var path = Find(name, upload);
        await folder.WriteAsync(
            target,
            async file =>
            {
                foreach (var part in parts)
                {
                    await using var from = new FileStream(Path.Combine(path, FileOf(part.Number)), FileMode.Open, FileAccess.Read, FileShare.Read, 0);
                    await from.CopyToAsync(file, CopyBuffer, cancellationToken);
                }
            });
        Remove(path);
    }

    public void Abort(string name, string upload)
    {
        try
        {
            Remove(Find(name, upload));
        }
        catch (ObjectStoreException gone) when (gone.Error == ObjectStoreError.NotFound)
        {
            return;
        }
    }

    public int Sweep(DateTimeOffset untouchedSince, CancellationToken cancellationToken)
    {
        var swept = 0;
        foreach (var file in Entries<FileInfo>(folder.Pending))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (file.LastWriteTimeUtc < untouchedSince.UtcDateTime)
            {
                file.Delete();
                swept++;
            }
        }

        foreach (var upload in Entries<DirectoryInfo>(folder.Uploads))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (upload.EnumerateFiles().Select(file => file.LastWriteTimeUtc).Append(upload.LastWriteTimeUtc).Max() < untouchedSince.UtcDateTime)
            {
                Remove(upload.FullName);
                swept++;
            }
        }

        return swept;
    }

    private static IReadOnlyList<T> Entries<T>(string path)
        where T : FileSystemInfo => Directory.Exists(path) ? [.. new DirectoryInfo(path).EnumerateFileSystemInfos().OfType<T>()] : [];

    private static string FileOf(int number) => number.ToString("D5", CultureInfo.InvariantCulture);

    /// <summary>The name goes first: without it, there is no upload, whatever is left.</summary>
    private static void Remove(string path)
    {
        try
        {
            File.Delete(Path.Combine(path, NameFile));
            Directory.Delete(path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Another caller was first.
        }
    }

    private string Find(string name, string upload)
    {
        var path = Path.Combine(folder.Uploads, upload);
        try
        {
            // An id is 32 digits: anything else could be a path.
            if (Guid.TryParseExact(upload, "N", out _) && File.ReadAllText(Path.Combine(path, NameFile), Encoding.ASCII) == name)
            {
                return path;
            }
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw UploadLimits.NotFound(name, upload);
        }

        throw UploadLimits.NotFound(name, upload);
    }
}
