using System.Globalization;
using Npgsql;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// What libpq's connection parameters are called in Npgsql, in one table. A parameter that Npgsql cannot honor is refused by name,
/// unless it has the value that changes nothing.
/// </summary>
internal sealed class LibpqParameters(NpgsqlConnectionStringBuilder builder)
{
    private static readonly (string, SslMode)[] SslModes =
    [
        ("disable", SslMode.Disable), ("allow", SslMode.Allow), ("prefer", SslMode.Prefer),
        ("require", SslMode.Require), ("verify-ca", SslMode.VerifyCA), ("verify-full", SslMode.VerifyFull),
    ];

    private static readonly Dictionary<string, Action<LibpqParameters, string>> Table = new(StringComparer.Ordinal)
    {
        ["host"] = (to, value) => to.builder.Host = value,
        ["hostaddr"] = (to, value) => to.address = value,
        ["port"] = (to, value) => to.builder.Port = PostgresConnectionString.Port(value),
        ["dbname"] = (to, value) => to.builder.Database = value,
        ["user"] = (to, value) => to.builder.Username = value,
        ["password"] = (to, value) => to.builder.Password = value,
        ["passfile"] = (to, value) => to.builder.Passfile = value,
        ["application_name"] = (to, value) => to.builder.ApplicationName = value,
        ["fallback_application_name"] = (to, value) => to.builder.ApplicationName ??= value,
        ["connect_timeout"] = (to, value) => to.builder.Timeout = Number("connect_timeout", value, 0, 1024, "seconds; 0 waits for ever"),
        ["options"] = (to, value) => to.builder.Options = value,
        ["sslmode"] = (to, value) => to.builder.SslMode = One("sslmode", value, SslModes),

        // What SQLAlchemy's asyncpg and JDBC call it.
        ["ssl"] = (to, value) => to.builder.SslMode = One("ssl", value, [.. SslModes, ("true", SslMode.Require), ("false", SslMode.Disable)]),
        ["requiressl"] = (to, value) => to.builder.SslMode = One("requiressl", value, [("0", SslMode.Prefer), ("1", SslMode.Require)]),
        ["sslnegotiation"] = (to, value) =>
            to.builder.SslNegotiation = One("sslnegotiation", value, [("postgres", SslNegotiation.Postgres), ("direct", SslNegotiation.Direct)]),
        ["sslcert"] = (to, value) => to.builder.SslCertificate = value,
        ["sslkey"] = (to, value) => to.builder.SslKey = value,
        ["sslpassword"] = (to, value) => to.builder.SslPassword = value,
        ["sslrootcert"] = (to, value) => to.builder.RootCertificate = value == "system" ? null : value,
        ["channel_binding"] = (to, value) => to.builder.ChannelBinding = One("channel_binding", value,
            [("disable", ChannelBinding.Disable), ("prefer", ChannelBinding.Prefer), ("require", ChannelBinding.Require)]),
        ["require_auth"] = (to, value) => to.builder.RequireAuth = value,
        ["gssencmode"] = (to, value) => to.builder.GssEncryptionMode = One("gssencmode", value,
            [("disable", GssEncryptionMode.Disable), ("prefer", GssEncryptionMode.Prefer), ("require", GssEncryptionMode.Require)]),
        ["krbsrvname"] = (to, value) => to.builder.KerberosServiceName = value,
        ["keepalives"] = (to, value) => to.builder.TcpKeepAlive = One("keepalives", value, [("0", false), ("1", true)]),
        ["keepalives_idle"] = (to, value) => to.builder.TcpKeepAliveTime = Number("keepalives_idle", value, 0, 86_400, "seconds"),
        ["keepalives_interval"] = (to, value) => to.builder.TcpKeepAliveInterval = Number("keepalives_interval", value, 0, 86_400, "seconds"),
    };

    /// <summary>Those that Npgsql lacks, with the values that ask for what it does anyway.</summary>
    private static readonly Dictionary<string, string[]> Lacking = new(StringComparer.Ordinal)
    {
        ["client_encoding"] = ["utf8", "utf-8", "unicode", "auto"],
        ["target_session_attrs"] = ["any", "read-write", "primary"],
        ["load_balance_hosts"] = ["disable"],
        ["sslcompression"] = ["0"],
        ["sslsni"] = ["1"],
        ["sslcertmode"] = ["allow"],
        ["ssl_min_protocol_version"] = ["TLSv1.2"],
        ["ssl_max_protocol_version"] = [""],
        ["min_protocol_version"] = ["3.0"],
        ["max_protocol_version"] = ["3.0", "latest"],
        ["gsslib"] = ["gssapi"],
        ["gssdelegation"] = ["0"],
        ["replication"] = ["false", "off", "no", "0"],
        ["keepalives_count"] = [],
        ["tcp_user_timeout"] = ["0"],
        ["requirepeer"] = [],
        ["sslcrl"] = [],
        ["sslcrldir"] = [],
        ["sslkeylogfile"] = [],
        ["service"] = [],
        ["servicefile"] = [],
    };

    private readonly NpgsqlConnectionStringBuilder builder = builder;
    private string? address;

    /// <summary>True for a parameter of libpq's, whether or not Npgsql can honor it.</summary>
    public static bool IsKnown(string name) => Table.ContainsKey(name) || Lacking.ContainsKey(name);

    /// <param name="name">In lower case.</param>
    /// <param name="shown">How messages call it.</param>
    /// <exception cref="StoreStartException">It is unknown, or cannot have that value.</exception>
    public void Set(string name, string value, string shown)
    {
        if (Table.TryGetValue(name, out var set))
        {
            try
            {
                set(this, value);
            }
            catch (Exception refused) when (refused is ArgumentException or FormatException or InvalidCastException)
            {
                throw PostgresConnectionString.Refused($"its {name} has a value that it cannot have");
            }
        }
        else if (!Lacking.TryGetValue(name, out var harmless))
        {
            throw PostgresConnectionString.Refused($"its parameter {shown} is not known; it can have {string.Join(", ", Table.Keys)}");
        }
        else if (!harmless.Contains(value, StringComparer.OrdinalIgnoreCase))
        {
            throw PostgresConnectionString.Refused(
                $"its parameter '{name}' asks for what the driver (Npgsql) cannot do: leave it out"
                + (harmless.Length > 0 && harmless[0].Length > 0 ? $", or set it to {string.Join(" or ", harmless)}" : ""));
        }
    }

    /// <summary>Takes <c>hostaddr</c> for the host where no host is named.</summary>
    /// <exception cref="StoreStartException">Both are.</exception>
    public void Complete()
    {
        if (address is not null)
        {
            builder.Host = string.IsNullOrEmpty(builder.Host)
                ? address
                : throw PostgresConnectionString.Refused("it names both host and hostaddr, and the driver (Npgsql) takes one: leave 'hostaddr' out");
        }
    }

    private static T One<T>(string name, string value, (string Name, T Value)[] choices)
    {
        var chosen = Array.FindIndex(choices, choice => choice.Name.Equals(value, StringComparison.OrdinalIgnoreCase));
        return chosen >= 0
            ? choices[chosen].Value
            : throw PostgresConnectionString.Refused($"its {name} must be one of {string.Join(", ", choices.Select(choice => choice.Name))}");
    }

    private static int Number(string name, string value, int least, int most, string unit) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw PostgresConnectionString.Refused($"its {name} is not a number from {least} to {most} ({unit})");
}
