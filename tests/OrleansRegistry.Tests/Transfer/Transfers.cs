using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;

namespace OrleansRegistry.Tests.Transfer;

/// <summary>Short ways to export and import in tests.</summary>
internal static class Transfers
{
    public static RegistryTransfer Over(IRecordStore store) =>
        new(store, new AgentRules(), null, TimeProvider.System, NullLogger<RegistryTransfer>.Instance);

    public static async Task<byte[]> ExportAsync(this IRecordStore store, ExportRequest? request = null)
    {
        using var output = new MemoryStream();
        await Over(store).ExportAsync(request ?? new ExportRequest(), output);
        return output.ToArray();
    }

    public static Task<ImportReport> ImportAsync(this IRecordStore store, byte[] file, bool skip = false, bool replace = false, bool dry = false) =>
        Over(store).ImportAsync(
            new MemoryStream(file),
            new ImportRequest { Caller = Caller.Default, SkipFaults = skip, Replace = replace, DryRun = dry });

    public static Task<ImportReport> ImportAsync(this IRecordStore store, string file, bool skip = false, bool replace = false, bool dry = false) =>
        store.ImportAsync(Encoding.UTF8.GetBytes(file), skip, replace, dry);

    public static byte[] Gzip(byte[] file)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(file);
        }

        return packed.ToArray();
    }

    public static string[] Lines(byte[] file) => Encoding.UTF8.GetString(file).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>An export of these lines, whatever they are, with a first line like that of <paramref name="like"/> and a last line that fits.</summary>
    public static string File(byte[] like, IEnumerable<string> lines)
    {
        var all = Lines(like);
        var body = string.Concat(lines.Prepend(all[0]).Select(line => line + "\n"));
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));
        return $"{body}{{\"end\":{{\"counts\":{{}},\"sha256\":\"{sha256}\"}}}}\n";
    }
}
