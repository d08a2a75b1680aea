namespace OrleansRegistry;

/// <summary>How answers over HTTP name a <see cref="RegistryError"/>, as several share a status: <c>id_reused</c>.</summary>
internal static class RegistryErrorCode
{
    private static readonly (RegistryError Error, string Code)[] Codes =
    [
        (RegistryError.Invalid, "invalid"),
        (RegistryError.TooLarge, "too_large"),
        (RegistryError.NotFound, "not_found"),
        (RegistryError.Conflict, "conflict"),
        (RegistryError.Terminal, "terminal"),
        (RegistryError.Busy, "busy"),
        (RegistryError.Unavailable, "unavailable"),
        (RegistryError.StorageFull, "storage_full"),
        (RegistryError.NotSupported, "not_supported"),
        (RegistryError.Forbidden, "forbidden"),
        (RegistryError.IdReused, "id_reused"),
        (RegistryError.KeyReused, "key_reused"),
        (RegistryError.Unreadable, "unreadable"),
        (RegistryError.QuotaExceeded, "quota_exceeded"),
    ];

    public static string Of(RegistryError error) => Codes[(int)error].Code;

    /// <summary>Null for what is no code, or one of a newer registry.</summary>
    public static RegistryError? Parse(string? code)
    {
        foreach (var (error, known) in Codes)
        {
            if (known == code)
            {
                return error;
            }
        }

        return null;
    }
}
