using System.Globalization;
using System.Runtime.InteropServices;

namespace OrleansRegistry.Http;

/// <summary>What one process lets each caller or tenant have: its part of the whole.</summary>
/// <param name="Rate">Requests a second; infinite for no limit.</param>
/// <param name="Burst">Requests at once after a pause, at least 1.</param>
/// <param name="Concurrent">Requests at once.</param>
/// <param name="Streams">Streams and waiting requests at once.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PartyQuota(double Rate, double Burst, int Concurrent, int Streams)
{
    private const int BurstSeconds = 2;

    public bool HasRate => !double.IsInfinity(Rate);

    /// <param name="replicas">How many processes serve.</param>
    public static PartyQuota Of(PartyLimitOptions options, int replicas)
    {
        var rate = options.Rate is { } whole ? (double)whole / replicas : double.PositiveInfinity;
        var burst = options.Burst is { } most ? (double)most / replicas : rate * BurstSeconds;
        return new PartyQuota(rate, Math.Max(1, burst), Part(options.Concurrent, replicas), Part(options.Streams, replicas));
    }

    /// <summary>In <c>RateLimit-Policy</c>: how many requests in how many seconds.</summary>
    public string Policy(string name) => string.Create(
        CultureInfo.InvariantCulture, $"\"{name}\";q={(long)Burst};w={(long)Math.Max(1, Math.Ceiling(Burst / Rate))}");

    private static int Part(int? whole, int replicas) => whole is { } most ? Math.Max(1, (most + replicas - 1) / replicas) : int.MaxValue;
}
