namespace OrleansRegistry.Objects.Encryption;

/// <summary>Finds the keys that the options name.</summary>
internal static class KeySource
{
    private const long MaxFileBytes = 1024 * 1024;

    /// <returns>Null where they name none.</returns>
    /// <exception cref="ObjectStoreException"><see cref="ObjectStoreError.Configuration"/>.</exception>
    public static ObjectKeys? Read(ObjectOptions options)
    {
        if (options is { EncryptionKey: not null, EncryptionKeyFile: not null })
        {
            throw Wrong($"{ObjectSettings.Key} and {ObjectSettings.KeyFile} are both set: set one of them.");
        }

        if (options.EncryptionKeyFile is { } path)
        {
            return ObjectKeys.TryParse(ReadFile(path), out var keys)
                ? keys
                : throw Wrong($"{ObjectSettings.KeyFile} ({path}) has no key, or something else in it: a line is 32 bytes as Base64 or hexadecimal.");
        }

        if (options.EncryptionKey is not { } text)
        {
            return null;
        }

        return ObjectKeys.TryParse(text, out var given) ? given : throw Wrong($"{ObjectSettings.Key} is not 32 bytes as Base64 or hexadecimal.");
    }

    private static string ReadFile(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return file.Length <= MaxFileBytes
                ? File.ReadAllText(path)
                : throw Wrong($"{ObjectSettings.KeyFile} ({path}) is too large to hold keys.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Wrong($"{ObjectSettings.KeyFile} cannot be read: {fault.Message}", fault);
        }
    }

    private static ObjectStoreException Wrong(string message, Exception? fault = null) => new(ObjectStoreError.Configuration, message, fault);
}
