using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace OrleansRegistry.Settings;

/// <summary>
/// What is in some files, read anew when they change. Contents are compared and not times, as files that are mounted change by links alone. Files that
/// cannot be used leave what was read before, and are told in the log, once.
/// </summary>
internal sealed partial class RenewedFiles<T>
    where T : class
{
    /// <summary>How soon a change counts: what is asked for within that time is as it was.</summary>
    public static readonly TimeSpan Often = TimeSpan.FromSeconds(5);

    private readonly string what;
    private readonly IReadOnlyList<string> paths;
    private readonly Func<IReadOnlyList<byte[]>, T> read;
    private readonly TimeProvider time;
    private readonly Lock looking = new();
    private volatile T current;
    private byte[] known;
    private string? refused;
    private long lookedAt;

    /// <param name="what">Its name in the log.</param>
    /// <param name="read">Makes it of the files' contents; throws <see cref="CertificateException"/> where it cannot.</param>
    /// <exception cref="CertificateException">The files cannot be used.</exception>
    public RenewedFiles(string what, IReadOnlyList<string> paths, Func<IReadOnlyList<byte[]>, T> read, TimeProvider time)
    {
        (this.what, this.paths, this.read, this.time) = (what, paths, read, time);
        var contents = Contents();
        current = read(contents);
        known = HashOf(contents);
        lookedAt = time.GetTimestamp();
    }

    public ILogger Logger { get; set; } = NullLogger.Instance;

    /// <summary>The newest that can be used.</summary>
    public T Current
    {
        get
        {
            if (time.GetElapsedTime(Volatile.Read(ref lookedAt)) >= Often && looking.TryEnter())
            {
                try
                {
                    Look();
                }
                finally
                {
                    Volatile.Write(ref lookedAt, time.GetTimestamp());
                    looking.Exit();
                }
            }

            return current;
        }
    }

    private void Look()
    {
        try
        {
            var contents = Contents();
            var found = HashOf(contents);
            if (!found.AsSpan().SequenceEqual(known))
            {
                current = read(contents);
                (known, refused) = (found, null);
                LogRenewed(Logger, what);
            }
        }
        catch (CertificateException fault)
        {
            // A certificate is often there before its key is.
            if (refused != fault.Message)
            {
                refused = fault.Message;
                LogNotRenewed(Logger, what, fault.Message);
            }
        }
    }

    private List<byte[]> Contents() => [.. paths.Select(path =>
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CertificateException($"a file cannot be read ({fault.GetType().Name})", fault);
        }
    })];

    private static byte[] HashOf(IEnumerable<byte[]> contents) => SHA256.HashData([.. contents.SelectMany(SHA256.HashData)]);

    [LoggerMessage(1, LogLevel.Information, "{What} was renewed")]
    private static partial void LogRenewed(ILogger logger, string what);

    [LoggerMessage(2, LogLevel.Error, "{What} could not be renewed, and the one before goes on: {Fault}")]
    private static partial void LogNotRenewed(ILogger logger, string what, string fault);
}

/// <summary>A file with a certificate, a key or authorities cannot be used. The message shows nothing of what is in it.</summary>
internal sealed class CertificateException(string message, Exception? innerException = null) : Exception(message, innerException);
