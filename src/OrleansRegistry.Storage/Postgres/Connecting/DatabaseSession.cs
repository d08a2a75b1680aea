using Npgsql;
using NpgsqlTypes;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>
/// What every session sets, once it is connected. It is not sent with the connection, as PgBouncer by default refuses that.
/// A setting that the server is too old to know is left out.
/// </summary>
internal sealed class DatabaseSession
{
    // The batches are small and every lookup has its index: an index scan is right regardless of the statistics. A list that is
    // sorted rather than read in the order of its index may be sorted whole for each page.
    // A connection lost without a word must not hold the revision counter for hours.
    private static readonly (string Name, string Value)[] Wanted =
    [
        ("enable_seqscan", "off"), ("enable_mergejoin", "off"), ("enable_sort", "off"), ("plan_cache_mode", "force_generic_plan"), ("jit", "off"),
        ("work_mem", "32MB"), ("tcp_keepalives_idle", "15"), ("tcp_keepalives_interval", "5"), ("tcp_keepalives_count", "3"),
    ];

    /// <summary>
    /// Session settings that the registry relies on; they override those of the database, the role and the connection string. Time limits are the
    /// commands' own.
    /// </summary>
    private static readonly (string Name, string Value)[] Needed =
    [
        ("default_transaction_isolation", "read committed"), ("default_transaction_deferrable", "off"), ("standard_conforming_strings", "on"),
        ("TimeZone", "UTC"), ("statement_timeout", "0"), ("lock_timeout", "0"), ("transaction_timeout", "0"),
        ("idle_in_transaction_session_timeout", "0"), ("idle_session_timeout", "0"), ("row_security", "on"),
    ];

    /// <summary>A commit is answered when it is on disk; what waits for standbys besides is left as it is.</summary>
    private const string Sql =
        """
        SELECT set_config(s.name, w.value, false)
        FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS w (name, value, place) JOIN pg_settings AS s ON lower(s.name) = lower(w.name)
        UNION ALL SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
        """;

    private readonly string[] names;
    private readonly string[] values;

    /// <param name="settings">Its <c>options</c> are taken over, where they are settings.</param>
    public DatabaseSession(NpgsqlConnectionStringBuilder settings, string? schema)
    {
        var named = SessionOptions.TryRead(settings.Options);
        if (named is not null)
        {
            settings.Options = null;
        }

        var all = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in Wanted.Concat(named ?? []).Concat(Needed))
        {
            all[name] = value;
        }

        if (schema is not null)
        {
            all["search_path"] = $"\"{schema}\"";
        }

        all.Remove("synchronous_commit", out var commit);
        if (commit is not null && !commit.Equals("off", StringComparison.OrdinalIgnoreCase))
        {
            all["synchronous_commit"] = commit;
        }

        names = [.. all.Keys];
        values = [.. all.Values];
    }

    public void Begin(NpgsqlConnection connection)
    {
        using var command = Command(connection);
        command.ExecuteNonQuery();
    }

    public async Task BeginAsync(NpgsqlConnection connection)
    {
        await using var command = Command(connection);
        await command.ExecuteNonQueryAsync();
    }

    private NpgsqlCommand Command(NpgsqlConnection connection) => new(Sql, connection)
    {
        Parameters =
        {
            new() { Value = names, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
        },
    };
}
