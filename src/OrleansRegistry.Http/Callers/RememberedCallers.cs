using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace OrleansRegistry.Http;

/// <summary>
/// Credentials that were found good, so that each is checked once: to check a signature takes longer than to answer most requests. They may have expired
/// since.
/// </summary>
internal sealed class RememberedCallers
{
    private const int Most = 10_000;

    /// <summary>How long most credentials are at most, in bytes.</summary>
    private const int Usual = 2048;

    private readonly ConcurrentDictionary<(UInt128, UInt128), AdmittedCaller> callers = new();
    private int count;

    public AdmittedCaller? Find(string credential) => callers.GetValueOrDefault(HashOf(credential));

    public void Remember(string credential, AdmittedCaller caller)
    {
        if (Interlocked.Increment(ref count) > Most)
        {
            callers.Clear();
            Volatile.Write(ref count, 1);
        }

        callers[HashOf(credential)] = caller;
    }

    /// <summary>Tokens are secrets, so they are not kept.</summary>
    private static (UInt128 High, UInt128 Low) HashOf(string credential)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> bytes = stackalloc byte[Usual];
        if (Encoding.UTF8.TryGetBytes(credential, bytes, out var length))
        {
            SHA256.HashData(bytes[..length], hash);
        }
        else
        {
            SHA256.HashData(Encoding.UTF8.GetBytes(credential), hash);
        }

        return (MemoryMarshal.Read<UInt128>(hash), MemoryMarshal.Read<UInt128>(hash[16..]));
    }
}
