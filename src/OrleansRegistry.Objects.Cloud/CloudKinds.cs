using OrleansRegistry.Settings;

namespace OrleansRegistry.Objects.Cloud;

/// <summary>What settings of several clouds can be.</summary>
internal static class CloudKinds
{
    /// <summary>The page that says more.</summary>
    public const string More = "data.md#where-objects-are-kept";

    /// <summary>The name of a bucket or container.</summary>
    public static SettingKind<string?> BucketName { get; } = SettingKind.Plain("the name of a bucket");

    /// <summary>An address without a password.</summary>
    public static SettingKind<string?> Address { get; } = SettingKind.Text("an http or https URL without user and query", IsAddress);

    private static bool IsAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https", UserInfo: "", Query: "", Fragment: "" };
}
