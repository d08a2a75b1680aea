using System.Globalization;

namespace OrleansRegistry.Benchmarks;

/// <summary>The processor time that processes have used, as Linux tells it in <c>/proc</c>.</summary>
internal static class ProcessorTime
{
    private const int Parent = 1;
    private const int Own = 11;
    private const int Ended = 13;
    private const double TicksPerSecond = 100;

    public static TimeSpan Of(IEnumerable<int> processes) => TimeSpan.FromSeconds(processes.Sum(id => Ticks(Stat(id)!, Own)) / TicksPerSecond);

    /// <summary>Of a process and all that it has started, also those of them that have ended.</summary>
    public static TimeSpan OfTree(int process)
    {
        var ticks = Ticks(Stat(process)!, Own) + Ticks(Stat(process)!, Ended);
        foreach (var folder in System.IO.Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var id) && Stat(id) is { } stat
                && stat[Parent] == process.ToString(CultureInfo.InvariantCulture))
            {
                ticks += Ticks(stat, Own);
            }
        }

        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    /// <summary>The fields after the name, the state first; null where it has ended.</summary>
    private static string[]? Stat(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long Ticks(string[] stat, int user) =>
        long.Parse(stat[user], CultureInfo.InvariantCulture) + long.Parse(stat[user + 1], CultureInfo.InvariantCulture);
}
