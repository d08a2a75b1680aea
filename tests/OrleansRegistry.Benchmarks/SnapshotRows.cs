using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using OrleansRegistry.Hosting;
using OrleansRegistry.Snapshots;

namespace OrleansRegistry.Benchmarks;

/// <summary>
/// Saves and loads of snapshots on a folder with fsync, one after the other, beside gzip and SHA-256 of the same bytes and one flushed file. What is
/// to be reached is what the older system took, with fsync, on another machine.
/// </summary>
internal static class SnapshotRows
{
    private static readonly (int Kilobytes, double Save, double Load)[] Sizes =
        [(1, 0.34, 0.04), (10, 0.51, 0.11), (100, 1.3, 0.5), (1_000, 10.8, 5.6)];

    public static async IAsyncEnumerable<Row> RunAsync()
    {
        foreach (var (kilobytes, save, load) in Sizes)
        {
            await using var host = await RegistryHost.StartAsync(StorageType.Sqlite);
            var snapshots = host.Snapshots;
            var state = StateOf(kilobytes * 1_000);
            var saved = await SaveAsync(snapshots, state, 0);
            var packed = Pack(state);
            using var folder = new Scratch();
            var index = 1L;
            var rounds = Math.Clamp(2_000 / kilobytes, 20, 300);
            var (saveHere, saveThere) = await Measure.InTurn(
                () => MillisecondsAsync(rounds, async _ => await SaveAsync(snapshots, state, index++)),
                () => MillisecondsAsync(rounds, _ => folder.WriteAsync(Pack(state))));
            yield return Row($"save {kilobytes:N0} KB", saveHere, saveThere, "gzip, SHA-256 and one flushed file", save);
            var (loadHere, loadThere) = await Measure.InTurn(
                () => MillisecondsAsync(rounds, async _ => await LoadAsync(snapshots, saved)),
                () => MillisecondsAsync(rounds, _ =>
                {
                    Unpack(packed);
                    return Task.CompletedTask;
                }));
            yield return Row($"load {kilobytes:N0} KB", loadHere, loadThere, "gunzip and SHA-256", load);
        }
    }

    private static Row Row(string what, double here, double there, string reference, double reach) => new(
        $"snapshots: {what}, SQLite and a folder",
        Text(here),
        $"{reference}: {Text(there)}",
        here / there,
        $"{reach.ToString(CultureInfo.InvariantCulture)} ms",
        here <= reach);

    private static string Text(double milliseconds) => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0.000} ms");

    private static async Task<double> MillisecondsAsync(int count, Func<int, Task> call) =>
        await Measure.Nanoseconds(count, i => new ValueTask(call(i))) / 1_000_000;

    private static Task<SnapshotRecord> SaveAsync(ISnapshotStore snapshots, byte[] state, long index) => snapshots.SaveAsync(
        Caller.Default, new SnapshotSave { AgentId = "bench", SessionId = "s", Index = index }, new MemoryStream(state));

    private static async Task LoadAsync(ISnapshotStore snapshots, SnapshotRecord saved)
    {
        await using var content = await snapshots.OpenAsync(Caller.Default, saved.AgentId, saved.Id);
        await content.Stream.CopyToAsync(Stream.Null);
    }

    /// <summary>A state as an agent may have it: a log of messages that are alike, and numbers.</summary>
    private static byte[] StateOf(int bytes)
    {
        var text = new StringBuilder("""{"agent":"bench","memory":[""");
        for (var i = 0; text.Length < bytes - 150; i++)
        {
            text.Append(i == 0 ? "" : ",").Append(
                CultureInfo.InvariantCulture,
                $"{{\"content\":\"Message {i} of the conversation\",\"role\":\"user\",\"score\":{i / 8.0},\"turn\":{i}}}");
        }

        return Encoding.UTF8.GetBytes(text.Append("]}").ToString());
    }

    private static byte[] Pack(byte[] state)
    {
        _ = SHA256.HashData(state);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, new ZLibCompressionOptions { CompressionLevel = new SnapshotOptions().CompressionLevel }))
        {
            gzip.Write(state);
            gzip.Flush();
        }

        return packed.ToArray();
    }

    private static void Unpack(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var state = new MemoryStream();
        gzip.CopyTo(state);
        _ = SHA256.HashData(state.GetBuffer().AsSpan(0, (int)state.Length));
    }

    private sealed class Scratch : IDisposable
    {
        private readonly string folder = System.IO.Directory.CreateTempSubdirectory("registry-benchmark-").FullName;

        public Task WriteAsync(byte[] bytes)
        {
            using var file = File.Create(Path.Combine(folder, Guid.NewGuid().ToString("N")));
            file.Write(bytes);
            file.Flush(flushToDisk: true);
            return Task.CompletedTask;
        }

        public void Dispose() => System.IO.Directory.Delete(folder, recursive: true);
    }
}
