using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace OrleansRegistry.Http;

/// <summary>
/// Addresses that requests come from whose credentials do not count: each may send so many a minute, in this process, and then waits before the next is
/// looked at. What this process knows to be good is not held up: who has such a credential pays nothing for a neighbour who guesses. An IPv6 network
/// of 64 bits counts as one address.
/// </summary>
internal sealed class RefusedAddresses
{
    private readonly int most;
    private readonly string certificateHeader;
    private readonly TimeProvider time;
    private readonly PartyQuota quota;
    private readonly PartyTable<Network> table;

    public RefusedAddresses(IOptions<RegistryHttpOptions> http, [RegistryTime] TimeProvider time)
        : this(http.Value, time, PartyTable<Network>.Most)
    {
    }

    /// <param name="apart">The most addresses that are kept apart.</param>
    internal RefusedAddresses(RegistryHttpOptions options, TimeProvider time, int apart)
    {
        most = options.Limits.RefusedPerMinute;
        certificateHeader = options.Certificates.Header;
        this.time = time;
        quota = new PartyQuota(most / 60.0, Math.Max(1, most), int.MaxValue, int.MaxValue);
        table = new PartyTable<Network>(time, apart);
    }

    /// <summary>Before a credential is looked at that this process does not know.</summary>
    /// <exception cref="LimitException">The address sent too many that did not count.</exception>
    public void Demand(HttpContext context)
    {
        if (SenderOf(context) is { } sender && table.Known(sender) is { } party)
        {
            Demand(party.Left(time, quota));
        }
    }

    /// <summary>The credential of the request did not count. Those that were looked at together count each.</summary>
    /// <inheritdoc cref="Demand(HttpContext)"/>
    public void Wrong(HttpContext context)
    {
        if (SenderOf(context) is not { } sender)
        {
            return;
        }

        double before;
        while (!table.Find(sender, quota).TryCharge(time, quota, out before))
        {
            // It was forgotten in the same moment.
        }

        Demand(before);
    }

    private void Demand(double left)
    {
        if (left < 1)
        {
            throw new LimitException(
                LimitedBy.Address,
                LimitOn.Rate,
                string.Create(
                    CultureInfo.InvariantCulture, $"Of one address {most} credentials a minute that do not count are looked at. Try again later."),
                TimeSpan.FromSeconds((1 - left) / quota.Rate));
        }
    }

    /// <summary>Null where there is no limit, no address, or no credential: nothing is guessed without one.</summary>
    private Network? SenderOf(HttpContext context)
    {
        var headers = context.Request.Headers;
        return most > 0 && context.Connection.RemoteIpAddress is { } address
            && (headers.ContainsKey(CallerGate.KeyHeader) || headers.Authorization.Count > 0 || headers.ContainsKey(certificateHeader))
                ? Network.Of(address)
                : null;
    }

    /// <summary>An address, or of IPv6 the first half of it.</summary>
    internal readonly record struct Network(ulong Bits)
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
