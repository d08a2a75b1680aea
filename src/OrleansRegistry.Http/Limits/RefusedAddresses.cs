using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace OrleansRegistry.Http;

/// <summary>
/// Addresses that requests come from whose credentials do not count: each may send so many a minute, in this process, and then waits before the next is
/// looked at. A credential that was good from the same address is looked at all the same: who has one pays nothing for a neighbour who guesses. An
/// IPv6 network of 64 bits counts as one address.
/// </summary>
internal sealed class RefusedAddresses
{
    private const int MostGood = 50_000;

    private readonly int most;
    private readonly string certificateHeader;
    private readonly TimeProvider time;
    private readonly PartyQuota quota;
    private readonly PartyTable<Network> table;
    private readonly ConcurrentDictionary<(Network Network, int Credential), bool> good = [];
    private int goodCount;

    /// <summary>Changes when all that is good is forgotten, so that those who go on are noted again.</summary>
    private ulong round = 1;

    public RefusedAddresses(IOptions<RegistryHttpOptions> http, [RegistryTime] TimeProvider time)
    {
        most = http.Value.Limits.RefusedPerMinute;
        certificateHeader = http.Value.Certificates.Header;
        this.time = time;
        quota = new PartyQuota(most / 60.0, Math.Max(1, most), int.MaxValue, int.MaxValue);
        table = new PartyTable<Network>(time, PartyTable<Network>.Most);
    }

    /// <summary>How many addresses are kept.</summary>
    internal int Count => table.Count;

    /// <exception cref="LimitException">The address sent too many that did not count.</exception>
    public void Demand(HttpContext context)
    {
        if (table.Count == 0 || SenderOf(context) is not { } sender || table.Known(sender.Network) is not { } party || good.ContainsKey(sender)
            || !party.TryEnter(time, quota, out var over, out var left))
        {
            return;
        }

        if (over is null)
        {
            party.Undo();
            return;
        }

        throw new LimitException(
            LimitedBy.Address,
            LimitOn.Rate,
            string.Create(
                CultureInfo.InvariantCulture, $"Of one address {most} credentials a minute that do not count are looked at. Try again later."),
            TimeSpan.FromSeconds((1 - left) / quota.Rate));
    }

    /// <summary>The credential of the request did not count.</summary>
    public void Wrong(HttpContext context)
    {
        if (SenderOf(context) is not { } sender)
        {
            return;
        }

        if (good.TryRemove(sender, out _))
        {
            Interlocked.Decrement(ref goodCount);
        }

        while (true)
        {
            var party = table.Find(sender.Network, quota);
            if (party.TryEnter(time, quota, out var over, out _))
            {
                if (over is null)
                {
                    party.Leave();
                }

                return;
            }
        }
    }

    /// <summary>The credential of the request is good.</summary>
    public void Right(HttpContext context)
    {
        if (most == 0 || context.Features.Get<AdmittedCaller>() is not { } admitted || context.Connection.RemoteIpAddress is not { } address)
        {
            return;
        }

        var seen = Network.Of(address).Bits ^ Volatile.Read(ref round);
        if (admitted.SeenFrom == seen)
        {
            return;
        }

        admitted.SeenFrom = seen;
        if (SenderOf(context) is not { } sender || !good.TryAdd(sender, true))
        {
            return;
        }

        if (Interlocked.Increment(ref goodCount) > MostGood)
        {
            good.Clear();
            Volatile.Write(ref goodCount, 0);
            Interlocked.Add(ref round, 1UL << 32);
        }
    }

    /// <summary>
    /// Whose request it is, and by what it wants to be let in: a hash, as all that another with the same could have is to be looked at. Null where there is
    /// no limit, no address, or no credential: nothing is guessed without one.
    /// </summary>
    private (Network Network, int Credential)? SenderOf(HttpContext context)
    {
        if (most == 0 || context.Connection.RemoteIpAddress is not { } address)
        {
            return null;
        }

        var headers = context.Request.Headers;
        var sent = headers[CallerGate.KeyHeader] is { Count: > 0 } key ? key
            : headers[HeaderNames.Authorization] is { Count: > 0 } token ? token
            : headers[certificateHeader];
        return sent.Count == 0 ? null : (Network.Of(address), sent.GetHashCode());
    }

    /// <summary>An address, or of IPv6 the first half of it.</summary>
    private readonly record struct Network(ulong Bits)
    {
        public static Network Of(IPAddress address)
        {
            Span<byte> bytes = stackalloc byte[16];
            bytes.Clear();
            var isIPv6 = address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false };
            (isIPv6 ? address : address.MapToIPv4()).TryWriteBytes(bytes, out _);
            var bits = BinaryPrimitives.ReadUInt64BigEndian(bytes);
            return new Network(isIPv6 ? bits : bits | 1);
        }
    }
}
