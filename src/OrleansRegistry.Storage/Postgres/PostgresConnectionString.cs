using System.Data.Common;
using System.Globalization;
using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// Reads how people name a database: <c>postgresql://user:password@host:port/database?sslmode=require</c> (<c>postgres://</c> too),
/// or Npgsql's <c>Host=…;Username=…</c>. No message of it holds a value, which might be a password.
/// </summary>
public static class PostgresConnectionString
{
    private static readonly string[] Schemes = ["postgresql://", "postgres://"];

    /// <exception cref="StoreStartException">The text is neither, or names something unknown.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var trimmed = text.Trim();
        var scheme = Array.Find(Schemes, prefix => trimmed.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
        var parsed = scheme is null ? ParsePairs(trimmed) : ParseUrl(trimmed[scheme.Length..]);
        return string.IsNullOrEmpty(parsed.Host) ? throw Refused("it names no host") : parsed;
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
            builder.Username = Decode(user, "user");
            builder.Password = password.Length > 0 ? Decode(password, "password") : null;
        }

        SetHost(builder, authority[(at + 1)..]);
        builder.Database = database.Length > 0 ? Decode(database, "database") : null;
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = Cut(pair, '=');
            SetParameter(builder, name.ToLowerInvariant(), Decode(value, name));
        }

        return builder;
    }

    private static void SetHost(NpgsqlConnectionStringBuilder builder, string hostAndPort)
    {
        var colon = hostAndPort.LastIndexOf(':');
        var hasPort = colon >= 0 && hostAndPort.IndexOf(']', colon) < 0;
        builder.Host = Decode(hasPort ? hostAndPort[..colon] : hostAndPort, "host").Trim('[', ']');
        if (builder.Host.Contains(','))
        {
            throw Refused("it names more than one host");
        }

        if (hasPort)
        {
            builder.Port = int.TryParse(hostAndPort.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65_535
                ? port
                : throw Refused("its port is no number from 1 to 65535 (a ':', '@' or '/' in a password is written %3A, %40, %2F)");
        }
    }

    private static void SetParameter(NpgsqlConnectionStringBuilder builder, string name, string value)
    {
        switch (name)
        {
            case "sslmode":
                builder.SslMode = value switch
                {
                    "disable" => SslMode.Disable,
                    "allow" => SslMode.Allow,
                    "prefer" => SslMode.Prefer,
                    "require" => SslMode.Require,
                    "verify-ca" => SslMode.VerifyCA,
                    "verify-full" => SslMode.VerifyFull,
                    _ => throw Refused("its sslmode is none of disable, allow, prefer, require, verify-ca, verify-full"),
                };
                break;
            case "sslrootcert":
                builder.RootCertificate = value;
                break;
            case "application_name":
                builder.ApplicationName = value;
                break;
            case "connect_timeout":
                builder.Timeout = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 1024
                    ? seconds
                    : throw Refused("its connect_timeout is no number of seconds from 1 to 1024");
                break;
            case "options":
                builder.Options = value;
                break;
            default:
                throw Refused($"its parameter {Name(name)} is not known; it can have sslmode, sslrootcert, application_name, connect_timeout and options");
        }
    }

    private static NpgsqlConnectionStringBuilder ParsePairs(string text)
    {
        var pairs = new DbConnectionStringBuilder();
        try
        {
            pairs.ConnectionString = text;
        }
        catch (ArgumentException)
        {
            throw Refused("it is neither a postgresql:// URL nor a list of name=value pairs with ';' between");
        }

        var builder = new NpgsqlConnectionStringBuilder();
        foreach (string key in pairs.Keys)
        {
            try
            {
                builder[key] = pairs[key];
            }
            catch (Exception refused) when (refused is ArgumentException or FormatException or InvalidCastException or OverflowException or KeyNotFoundException)
            {
                throw Refused($"{Name(key)} is not known to Npgsql, or has a value that it cannot have");
            }
        }

        return builder;
    }

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
                throw Refused($"its {Name(part)} holds a '%' that no two hexadecimal digits follow (a '%' itself is written %25)");
            }
        }

        return Uri.UnescapeDataString(text);
    }

    /// <summary>A name to show, unless it might be a piece of a password.</summary>
    private static string Name(string name) => name.Length <= 30 && name.All(c => char.IsAsciiLetter(c) || c is '_' or ' ') ? $"'{name}'" : "(not shown)";

    private static StoreStartException Refused(string why) =>
        new($"The database connection string (DATABASE_URL) cannot be used: {why}. Example: postgresql://user:password@host:5432/database?sslmode=require");
}
