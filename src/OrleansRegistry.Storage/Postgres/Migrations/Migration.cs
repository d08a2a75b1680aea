using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace OrleansRegistry.Storage.Postgres;

/// <summary>One numbered step of the schema, and its way back.</summary>
internal sealed record Migration(int Number, string Name, string Up, string Down)
{
    private const string UpSuffix = ".up.sql";
    private const string DownSuffix = ".down.sql";

    /// <summary>Those of this program, in order.</summary>
    public static IReadOnlyList<Migration> BuiltIn { get; } = Load(typeof(Migration).Assembly, "sql/", "sql");

    /// <summary>Those that <c>STORAGE_TYPE=adonet</c> needs beside them, in order.</summary>
    public static IReadOnlyList<Migration> AdoNet { get; } = Load(typeof(Migration).Assembly, "sql-adonet/", "sql/adonet");

    /// <summary>Those that a cluster needs beside them, in order.</summary>
    public static IReadOnlyList<Migration> Clustering { get; } = Load(typeof(Migration).Assembly, "sql-clustering/", "sql/adonet/clustering");

    /// <summary>Where its files are.</summary>
    public string Folder { get; init; } = "sql";

    /// <summary>What an applied migration is known by, whatever its line ends.</summary>
    public string Checksum { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Up.ReplaceLineEndings("\n").TrimEnd('\n'))));

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
        using var stream = assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is missing: each migration has a way back.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
