using OrleansRegistry.Objects.Encryption;
using OrleansRegistry.Settings;

namespace OrleansRegistry.Objects;

/// <summary>The settings of objects, wherever they are kept.</summary>
public static class ObjectSettings
{
    private const string KeyText = "32 bytes as Base64 or hexadecimal; several with commas between";
    internal const string Key = "OBJECT_ENCRYPTION_KEY";
    internal const string KeyFile = "OBJECT_ENCRYPTION_KEY_FILE";
    internal const string ReadPlain = "OBJECT_READ_PLAIN";

    private const string More = "data.md#where-objects-are-kept";

    internal static SettingGroup<ObjectOptions> All { get; } = new SettingGroup<ObjectOptions>("Objects")
        .Add(
            Key,
            SettingKind.Text(KeyText, text => ObjectKeys.TryParse(text, out _)),
            "Encrypts snapshots and backups (AES-256-GCM). Of several keys, the last encrypts, and all decrypt.",
            options => options.EncryptionKey,
            (options, value) => options.EncryptionKey = value,
            new() { IsSecret = true, More = More })
        .Add(
            KeyFile,
            SettingKind.Plain("a path"),
            "The same from a file, a key a line, the newest last.",
            options => options.EncryptionKeyFile,
            (options, value) => options.EncryptionKeyFile = value,
            new() { More = More })
        .Add(
            ReadPlain,
            SettingKind.Flag,
            "Read objects that are not encrypted though there is a key: those from before it. Lists take longer.",
            options => options.ReadPlainObjects,
            (options, value) => options.ReadPlainObjects = value);

    /// <summary>All of them, by what they are about.</summary>
    public static IReadOnlyList<SettingGroup> Groups { get; } = [All];
}
