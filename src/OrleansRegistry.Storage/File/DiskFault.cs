using OrleansRegistry.Model;

namespace OrleansRegistry.Storage.Files;

/// <summary>Tells the faults of a disk from those of a program, and says them to callers.</summary>
internal static class DiskFault
{
    // errno of Linux and macOS, and the HRESULTs of Windows: no space left, quota exceeded, file too large.
    private static readonly HashSet<int> NoRoom = [28, 122, 69, 27, unchecked((int)0x80070070), unchecked((int)0x80070027), unchecked((int)0x8007050F)];

    public static bool Is(Exception fault) => fault is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException { ParamName: "value" };

    /// <summary>.NET reports a file over the size limit (EFBIG) as an argument out of range.</summary>
    public static bool IsNoRoom(Exception fault) => fault is ArgumentOutOfRangeException || NoRoom.Contains(fault.HResult);

    /// <summary>For a write that is known not to be stored, by a store that goes on.</summary>
    public static RegistryException NotStored(string description, Exception fault) => IsNoRoom(fault)
        ? new RegistryException(
            RegistryError.StorageFull,
            $"The {description} has no room left ({(fault is ArgumentOutOfRangeException ? "the file is at its size limit" : "the disk is full")}). "
            + "Nothing was stored; free some space.",
            innerException: fault)
        {
            RetryAfter = TimeSpan.FromSeconds(30),
        }
        : new RegistryException(
            RegistryError.Unavailable, $"The {description} could not write. Nothing was stored; the registry's log says why.", innerException: fault)
        {
            RetryAfter = TimeSpan.FromSeconds(10),
        };
}
