using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace OrleansRegistry.Storage;

/// <summary>One numbered step of the schema, and its way back.</summary>
internal sealed record Migration(int Number, string Name, string Up, string Down)
{
    private const string UpSuffix = ".up.sql";
    private const string DownSuffix = ".down.sql";

    /// <summary>Those of PostgreSQL, in order.</summary>
    public static IReadOnlyList<Migration> Postgres { get; } = Load(typeof(Migration).Assembly, "sql-postgres/", "sql/postgres");

    /// <summary>Those of SQLite, in order.</summary>
    public static IReadOnlyList<Migration> Sqlite { get; } = Load(typeof(Migration).Assembly, "sql-sqlite/", "sql/sqlite");

    /// <summary>Those that <c>STORAGE_TYPE=adonet</c> needs beside them, in order.</summary>
    public static IReadOnlyList<Migration> AdoNet { get; } = Load(typeof(Migration).Assembly, "sql-adonet/", "sql/adonet");

    /// <summary>Those that a cluster needs beside them, in order.</summary>
    public static IReadOnlyList<Migration> Clustering { get; } = Load(typeof(Migration).Assembly, "sql-clustering/", "sql/adonet/clustering");

    /// <summary>Where its files are.</summary>
    public string Folder { get; init; } = "";

    /// <summary>Identifies the content of an applied migration, independent of line ends.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Up.ReplaceLineEndings("\n").TrimEnd('\n'))));

    /// <summary>Compares an applied migration with those of this program.</summary>
    /// <exception cref="StoreStartException">This program does not know it, or knows it otherwise.</exception>
    public static void Check(IReadOnlyList<Migration> known, string store, int number, string name, string checksum)
    {
        var migration = known.FirstOrDefault(migration => migration.Number == number) ?? throw new StoreStartException(
            $"The {store} has the migration {number:D4}_{name}, which this program does not know: a newer version has been here. "
            + "Run that version, or have it take the migration back first.");
        if (migration.Checksum != checksum)
        {
            throw new StoreStartException(
                $"The migration {migration} was edited after it was applied to the {store}. Restore {migration.Folder}/{migration}.up.sql as it was, "
                + "and put the change into a new migration.");
        }
    }

    /// <summary>For a store that may not migrate by itself.</summary>
    public static StoreStartException IsPending(string store, MigrationStatus pending) => new(
        $"The {store} lacks the migration {pending.Number:D4}_{pending.Name}, which is applied by hand where STORAGE__RUN_MIGRATIONS_ON_STARTUP is off: "
        + "run 'registry db up'.");

    public override string ToString() => $"{Number:D4}_{Name}";

    private static List<Migration> Load(Assembly assembly, string prefix, string folder) =>
    [
        .. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(UpSuffix, StringComparison.Ordinal))
            .Select(name => name[prefix.Length..^UpSuffix.Length])
            .Select(name => new Migration(
                int.Parse(name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture),
                name[5..],
                Text(assembly, prefix + name + UpSuffix),
                Text(assembly, prefix + name + DownSuffix)) { Folder = folder })
            .OrderBy(migration => migration.Number),
    ];

    private static string Text(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is missing: each migration has a way back.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
