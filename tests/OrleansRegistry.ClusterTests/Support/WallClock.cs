namespace OrleansRegistry.ClusterTests;

/// <summary>The wall clock of one replica, by libfaketime: it can jump while the process runs. Its steady clock goes on as it is.</summary>
internal sealed class WallClock : IDisposable
{
    public const string Missing = "NO LIBFAKETIME: install it (Debian: faketime). No clock was made to jump.";

    private static readonly string? Library = System.IO.Directory.Exists("/usr/lib")
        ? System.IO.Directory.EnumerateDirectories("/usr/lib").Append("/usr/lib").Append("/usr/local/lib")
            .Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1")).FirstOrDefault(File.Exists)
        : null;

    private readonly string file = Path.GetTempFileName();

    public WallClock() => JumpTo(TimeSpan.Zero);

    /// <summary>True where no clock can be made to jump on this machine.</summary>
    public static bool IsMissing => Library is null;

    /// <summary>How far it is ahead of the true time.</summary>
    public TimeSpan Ahead { get; private set; }

    /// <summary>What the process is started with, so that it goes by this clock.</summary>
    public IEnumerable<KeyValuePair<string, string>> Settings => IsMissing ? [] : new Dictionary<string, string>
    {
        ["LD_PRELOAD"] = Library!,
        ["FAKETIME_TIMESTAMP_FILE"] = file,
        ["FAKETIME_CACHE_DURATION"] = "1",
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",

        // With its own fix every wait of .NET that has a time limit ends at once, and a process that idles takes a whole core.
        ["FAKETIME_FORCE_MONOTONIC_FIX"] = "0",
    };

    /// <summary>The process sees it within a second.</summary>
    public void JumpTo(TimeSpan ahead)
    {
        Ahead = ahead;
        var next = $"{file}.next";
        File.WriteAllText(next, FormattableString.Invariant($"{(ahead < TimeSpan.Zero ? '-' : '+')}{Math.Abs(ahead.TotalSeconds):F0}\n"));
        File.Move(next, file, overwrite: true);
    }

    public void Dispose() => File.Delete(file);
}
