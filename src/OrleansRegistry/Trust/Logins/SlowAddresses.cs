using System.Net;
using System.Net.Sockets;

namespace OrleansRegistry.Trust.Logins;

/// <summary>
/// Addresses that wrong passwords came from, in this process's memory: each may send 20 at once, and one every 15 seconds on. An IPv6 network of 64 bits
/// counts as one.
/// </summary>
internal sealed class SlowAddresses([RegistryTime] TimeProvider time)
{
    internal const int Most = 10_000;
    private const int Burst = 20;

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(15);

    private readonly Lock gate = new();

    /// <summary>When all that came from an address is forgotten: each wrong password puts it off by the pace.</summary>
    private readonly Dictionary<string, DateTimeOffset> forgottenAt = new(StringComparer.Ordinal);

    internal int Count => forgottenAt.Count;

    /// <summary>How long it has to wait; null for not at all.</summary>
    public TimeSpan? WaitOf(string? address)
    {
        lock (gate)
        {
            return address is not null && forgottenAt.TryGetValue(NetworkOf(address), out var until)
                && until - time.GetUtcNow() - (Pace * (Burst - 1)) is { Ticks: > 0 } wait
                ? wait
                : null;
        }
    }

    public void Wrong(string? address)
    {
        if (address is null)
        {
            return;
        }

        var network = NetworkOf(address);
        var now = time.GetUtcNow();
        lock (gate)
        {
            if (!forgottenAt.TryGetValue(network, out var until) && forgottenAt.Count >= Most)
            {
                MakeRoom(now);
            }

            forgottenAt[network] = (until > now ? until : now) + Pace;
        }
    }

    /// <summary>Those go that are forgotten, and of the others the tenth that is first.</summary>
    private void MakeRoom(DateTimeOffset now)
    {
        foreach (var (network, _) in forgottenAt.OrderBy(entry => entry.Value).TakeWhile((entry, i) => i < Most / 10 || entry.Value <= now).ToList())
        {
            forgottenAt.Remove(network);
        }
    }

    private static string NetworkOf(string address)
    {
        if (!IPAddress.TryParse(address, out var parsed) || parsed.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        var bytes = parsed.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes).ToString();
    }
}
