using System.Diagnostics.CodeAnalysis;
using OrleansRegistry.Settings;

namespace OrleansRegistry.Objects;

/// <summary>
/// Where objects are kept: a folder, or a bucket of a cloud with what all names in it begin with. Written as a path, or as
/// <c>s3://bucket/prefix</c>, <c>gs://bucket/prefix</c>, <c>az://container/prefix</c>; without a bucket (<c>s3:</c>), the store's own settings name it.
/// </summary>
public sealed record ObjectPlace
{
    private ObjectPlace(string scheme, string? bucket, string path)
    {
        Scheme = scheme;
        Bucket = bucket;
        Path = path;
    }

    /// <summary>The scheme of folders.</summary>
    public const string Folder = "file";

    /// <summary>Amazon S3, and what speaks as it does.</summary>
    public const string S3 = "s3";

    /// <summary>Google Cloud Storage.</summary>
    public const string Gcs = "gs";

    /// <summary>Azure Blob Storage.</summary>
    public const string Azure = "az";

    /// <summary>A setting that is a place.</summary>
    public static SettingKind<ObjectPlace?> Setting { get; } = SettingKind.Of<ObjectPlace?>(
        "a folder, `s3://bucket/prefix`, `gs://bucket/prefix`, `az://container/prefix`, or `s3:`, `gs:`, `az:` with the bucket of their own settings",
        (string text, out ObjectPlace? place) => TryParse(text, out place),
        place => place?.ToString() ?? "",
        _ => true);

    /// <summary>Which kind of store: <c>file</c>, <c>s3</c>, <c>gs</c> or <c>az</c>.</summary>
    public string Scheme { get; }

    /// <summary>The bucket or container; null where its store's settings name it, and for folders.</summary>
    public string? Bucket { get; }

    /// <summary>The folder; in a bucket, what names begin with, without slashes around, or nothing.</summary>
    public string Path { get; }

    /// <summary>A folder.</summary>
    public static ObjectPlace OfFolder(string path) => new(Folder, null, path);

    /// <summary>Reads a place. No address with a password in it is one.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ObjectPlace? place)
    {
        var colon = text.IndexOf(':');
        var scheme = colon > 1 ? text[..colon].ToLowerInvariant() : "";
        place = scheme switch
        {
            // A Windows drive has one letter.
            "" => string.IsNullOrWhiteSpace(text) || text.Contains('\0') ? null : OfFolder(text),
            Folder => OfUri(text),
            S3 or Gcs or Azure => OfBucket(scheme, text[(colon + 1)..]),
            _ => null,
        };
        return place is not null;
    }

    /// <summary>As it is written in a setting.</summary>
    public override string ToString() => (Scheme, Bucket) switch
    {
        (Folder, _) => Path,
        (_, null) => Scheme + ":",
        _ => Path.Length > 0 ? $"{Scheme}://{Bucket}/{Path}" : $"{Scheme}://{Bucket}",
    };

    /// <summary>The place within this one.</summary>
    /// <param name="name">A valid <see cref="ObjectName"/>.</param>
    public ObjectPlace Within(string name) =>
        Scheme == Folder ? OfFolder(System.IO.Path.Combine(Path, name)) : new(Scheme, Bucket, Path.Length > 0 ? $"{Path}/{name}" : name);

    private static ObjectPlace? OfUri(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { IsFile: true, Host: "", Query: "", Fragment: "" }
            ? OfFolder(uri.LocalPath)
            : null;

    private static ObjectPlace? OfBucket(string scheme, string rest)
    {
        if (rest is "" or "//")
        {
            return new ObjectPlace(scheme, null, "");
        }

        var parts = rest.StartsWith("//", StringComparison.Ordinal) ? rest[2..].Split('/', 2) : [];
        var path = parts.Length == 2 ? parts[1].TrimEnd('/') : "";
        var isPlace = parts.Length > 0 && IsBucket(parts[0]) && (path.Length == 0 || (ObjectName.IsValid(path) && path.Length <= MaxPrefix));
        return isPlace ? new ObjectPlace(scheme, parts[0], path) : null;
    }

    private const int MaxPrefix = 256;

    private static bool IsBucket(string text) =>
        text.Length is >= 3 and <= 222
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_' or '.')
        && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1]);
}
