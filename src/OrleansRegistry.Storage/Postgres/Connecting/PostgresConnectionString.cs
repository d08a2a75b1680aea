using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// Reads how people name a database: a URL (<c>postgresql://user:password@host:port/database?sslmode=require</c>, also <c>postgres://</c> and
/// the drivers' <c>postgresql+asyncpg://</c>), libpq's <c>host=… user=…</c>, or Npgsql's <c>Host=…;Username=…</c>.
/// No message of it holds a value, which might be a password.
/// </summary>
public static partial class PostgresConnectionString
{
    /// <exception cref="StoreStartException">The text has none of these formats, or an unknown name.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parsed = ParseFormat(text.Trim());
        Check(parsed);
        return parsed;
    }

    private static NpgsqlConnectionStringBuilder ParseFormat(string text)
    {
        if (Scheme().Match(text) is { Success: true } scheme)
        {
            return ParseUrl(text[scheme.Length..]);
        }

        return LibpqPairs.TryParse(text) is { } pairs ? ParseLibpq(pairs) : NpgsqlPairs.Parse(text);
    }

    private static void Check(NpgsqlConnectionStringBuilder parsed)
    {
        if (string.IsNullOrEmpty(parsed.Host))
        {
            throw Refused("it names no host (a socket's folder is named as ?host=/run/postgresql)");
        }

        if (parsed.Host.Contains(','))
        {
            throw Refused("it names more than one host");
        }

        if (!parsed.Host.StartsWith('/') && !parsed.Host.StartsWith('@') && !HostName().IsMatch(parsed.Host))
        {
            throw Refused("its host is not a host name or address (a ';' or a quote may be missing, "
                + "or a '@', ':' or '/' of a password is to be written %40, %3A, %2F)");
        }
    }

    private static NpgsqlConnectionStringBuilder ParseUrl(string rest)
    {
        var builder = new NpgsqlConnectionStringBuilder();
        var (beforeQuery, query) = Cut(rest, '?');
        var (authority, database) = Cut(beforeQuery, '/');
        var at = authority.LastIndexOf('@');
        if (at >= 0)
        {
            var (user, password) = Cut(authority[..at], ':');
            builder.Username = user.Length > 0 ? Decode(user, "'user'") : null;
            builder.Password = password.Length > 0 ? Decode(password, "'password'") : null;
        }

        SetHost(builder, authority[(at + 1)..]);
        if (database.IndexOfAny(['@', '/', ':']) >= 0)
        {
            throw Refused("its database holds '@', '/' or ':' (in a user, password or database they are written %40, %2F, %3A)");
        }

        builder.Database = database.Length > 0 ? Decode(database, "'database'") : null;
        var parameters = new LibpqParameters(builder);
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            // Where a '?' of a password was not escaped, the rest of the password is here.
            var isParameter = pair.Contains('=') && !pair.Contains('@');
            var (name, value) = Cut(pair, '=');
            var shown = isParameter ? Name(name) : Name("");
            parameters.Set(Decode(name, shown).ToLowerInvariant(), Decode(value, shown), shown);
        }

        parameters.Complete();
        return builder;
    }

    private static NpgsqlConnectionStringBuilder ParseLibpq(IReadOnlyList<(string Name, string Value)> pairs)
    {
        var builder = new NpgsqlConnectionStringBuilder();
        var parameters = new LibpqParameters(builder);
        foreach (var (name, value) in pairs)
        {
            parameters.Set(name.ToLowerInvariant(), value, Name(name));
        }

        parameters.Complete();
        return builder;
    }

    private static void SetHost(NpgsqlConnectionStringBuilder builder, string hostAndPort)
    {
        var colon = hostAndPort.LastIndexOf(':');
        var hasPort = colon >= 0 && hostAndPort.IndexOf(']', colon) < 0;
        builder.Host = Decode(hasPort ? hostAndPort[..colon] : hostAndPort, "'host'").Trim('[', ']');
        if (hasPort && colon + 1 < hostAndPort.Length)
        {
            builder.Port = Port(hostAndPort[(colon + 1)..]);
        }
    }

    /// <exception cref="StoreStartException">The text is not a port.</exception>
    internal static int Port(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65_535
            ? port
            : throw Refused("its port is not a number from 1 to 65535 (a ':', '@' or '/' in a password is written %3A, %40, %2F)");

    private static (string Before, string After) Cut(string text, char separator)
    {
        var at = text.IndexOf(separator, StringComparison.Ordinal);
        return at < 0 ? (text, "") : (text[..at], text[(at + 1)..]);
    }

    private static string Decode(string text, string part)
    {
        for (var i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = text.IndexOf('%', i + 1))
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
            {
                throw Refused($"its {part} holds a '%' that no two hexadecimal digits follow (a '%' itself is written %25)");
            }
        }

        return Uri.UnescapeDataString(text);
    }

    /// <summary>A name to show, unless it might be a piece of a password.</summary>
    internal static string Name(string name) =>
        name.Length is > 0 and <= 30 && name.All(c => char.IsAsciiLetter(c) || c is '_' or ' ') ? $"'{name}'" : "(not shown)";

    internal static StoreStartException Refused(string why) =>
        new($"The database connection string (DATABASE_URL) cannot be used: {why}. Example: "
            + "postgresql://user:password@host:5432/database?sslmode=require");

    [GeneratedRegex(@"^(jdbc:)?postgres(ql)?(\+[a-z0-9_]+)?://", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Scheme();

    // Letters of any script: a server can have an international name.
    [GeneratedRegex(@"^[\p{L}\p{N}._:%-]+\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HostName();
}
