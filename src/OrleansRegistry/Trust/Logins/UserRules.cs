namespace OrleansRegistry.Trust.Logins;

/// <summary>What users and passwords can be, and who may manage whom.</summary>
internal static class UserRules
{
    private const int MaxName = 64;
    private const int LeastPassword = 8;
    private const int MostPassword = 256;

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>.</exception>
    public static void CheckName(string name, string field)
    {
        if (name.Length is 0 or > MaxName
            || name is "." or ".."
            || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '+' or '@'))
        {
            throw RegistryException.Invalid(field, $"must be 1 to {MaxName} letters, digits, '-', '_', '.', '+' or '@'");
        }
    }

    /// <summary>Of a password that is to be one.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>.</exception>
    public static void CheckPassword(string password, string field)
    {
        if (password.Length is < LeastPassword or > MostPassword)
        {
            throw RegistryException.Invalid(field, $"must have {LeastPassword} to {MostPassword} characters");
        }
    }

    /// <summary>Of a password that is tried: it must not be work beyond measure.</summary>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>.</exception>
    public static void CheckTried(string password, string field)
    {
        if (password.Length > MostPassword)
        {
            throw RegistryException.Invalid(field, $"has more than {MostPassword} characters: no password has");
        }
    }

    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>.</exception>
    public static string[] CheckRoles(IReadOnlyList<string> roles)
    {
        if (roles.Count == 0)
        {
            throw RegistryException.Invalid("roles", $"has none; a user has one at least: {string.Join(", ", RegistryRoles.All)}");
        }

        _ = RegistryRoles.Of(roles);
        return [.. roles.Distinct(StringComparer.Ordinal)];
    }

    /// <param name="field">Null: of a user that there is.</param>
    /// <exception cref="RegistryException"><see cref="RegistryError.Forbidden"/>.</exception>
    public static void DemandNoMore(Caller caller, IReadOnlyList<string> roles, string? field = null)
    {
        GivenRoles.DemandNoMore(caller, roles, "The user", field);
        if (caller.Agents is not null)
        {
            throw new RegistryException(RegistryError.Forbidden, "This caller's credential is for certain agents alone, and users are not.");
        }
    }
}
