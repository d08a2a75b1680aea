namespace OrleansRegistry.Client;

/// <summary>Tokens for <see cref="RegistryClientOptions.Token"/>.</summary>
public static class RegistryToken
{
    private const string Rule = "A token must not be empty, nor have spaces or other characters that a header cannot have.";

    /// <summary>Always the same token.</summary>
    /// <exception cref="ArgumentException">It is empty, or has characters that a header cannot have.</exception>
    public static Func<CancellationToken, ValueTask<string?>> Of(string token)
    {
        var text = Read(token) ?? throw new ArgumentException(Rule, nameof(token));
        return _ => ValueTask.FromResult<string?>(text);
    }

    /// <summary>What is in a file, read anew when the file changes: white space around it does not count.</summary>
    /// <returns>Throws <see cref="RegistryException"/> with <see cref="RegistryError.Invalid"/> where the file cannot be read or has no token in it.</returns>
    public static Func<CancellationToken, ValueTask<string?>> FromFile(string path)
    {
        (DateTime Written, string Token)? known = null;
        return async cancellationToken =>
        {
            try
            {
                var written = File.GetLastWriteTimeUtc(path);
                if (known is { } read && read.Written == written)
                {
                    return read.Token;
                }

                var token = Read(await File.ReadAllTextAsync(path, cancellationToken)) ?? throw RegistryException.Invalid("token", $"{path}: {Rule}");
                known = (written, token);
                return token;
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                throw RegistryException.Invalid("token", fault.Message);
            }
        };
    }

    /// <summary>Null where the text is no token.</summary>
    private static string? Read(string token) => token.Trim() is { Length: > 0 } text && text.All(c => c is > ' ' and <= '~') ? text : null;
}
