using System.Security.Cryptography;
using System.Text.Json;

namespace OrleansRegistry.Backups;

/// <summary>Checks an export against its last line and the manifest: the SHA-256 of all lines before that one, and the counts.</summary>
internal sealed class ExportCheck : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>The line that came last, which more may follow.</summary>
    private readonly MemoryStream line = new();
    private bool isWhole;

    public void Append(ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty)
        {
            return;
        }

        if (isWhole)
        {
            Hash([]);
        }

        var last = content[..^1].LastIndexOf((byte)'\n') + 1;
        if (last > 0)
        {
            Hash(content[..last]);
        }

        line.Write(content[last..]);
        isWhole = content[^1] == '\n';
    }

    /// <summary>What is wrong, once all of it was appended.</summary>
    public IReadOnlyList<string> FaultsOf(BackupManifest manifest)
    {
        try
        {
            var trailer = ExportTrailer.Read(line.ToArray());
            var sha256 = Convert.ToHexStringLower(hash.GetCurrentHash());
            List<string> faults = [.. SqliteBackup.DifferencesOf(trailer.Counts, manifest.Backup.Counts)];
            if (sha256 != trailer.Sha256 || sha256 != manifest.Sha256)
            {
                faults.Add("its lines do not have the SHA-256 that its last line and the manifest say");
            }

            return faults;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return [$"the last line of the export is missing or damaged ({wrong.Message.TrimEnd('.')})"];
        }
    }

    public void Dispose()
    {
        hash.Dispose();
        line.Dispose();
    }

    /// <summary>What came is no last line: more follows.</summary>
    private void Hash(ReadOnlySpan<byte> rest)
    {
        hash.AppendData(line.GetBuffer().AsSpan(0, (int)line.Length));
        hash.AppendData(rest);
        line.SetLength(0);
    }
}
