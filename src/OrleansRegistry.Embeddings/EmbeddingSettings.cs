using System.Diagnostics.CodeAnalysis;
using OrleansRegistry.Settings;

namespace OrleansRegistry.Embeddings;

/// <summary>The settings of embeddings.</summary>
public static class EmbeddingSettings
{
    private const string Source = "REGISTRY_EMBEDDINGS";
    private const string Model = "REGISTRY_EMBEDDINGS_MODEL";
    private const string Key = "REGISTRY_EMBEDDINGS_KEY";
    private const string More = "search.md#by-meaning";

    internal static SettingGroup<EmbeddingOptions> All { get; } = new SettingGroup<EmbeddingOptions>("Search by meaning")
        .Add(
            Source,
            SettingKind.Of(
                "`local`, `none`, or an http or https URL",
                (string text, [MaybeNullWhen(false)] out string value) =>
                {
                    value = text.Equals(EmbeddingOptions.None, StringComparison.OrdinalIgnoreCase)
                        || text.Equals(EmbeddingOptions.Local, StringComparison.OrdinalIgnoreCase)
                            ? text.ToLowerInvariant()
                            : text;
                    return true;
                },
                value => value,
                value => value is EmbeddingOptions.None or EmbeddingOptions.Local || IsUrl(value)),
            "What agents and queries are compared by in their meaning: the model all-MiniLM-L6-v2 in this process, nothing, or an endpoint that takes "
            + "requests as OpenAI's for embeddings does (`/embeddings` is put behind a URL that does not end so).",
            options => options.Source,
            (options, value) => options.Source = value,
            new() { More = More })
        .Add(
            Model,
            SettingKind.Text("a name of 1 to 150 characters", value => value.Length is > 0 and <= 150),
            "The model of the endpoint. With another one, all agents are embedded anew.",
            options => options.Model,
            (options, value) => options.Model = value,
            new() { More = More })
        .Add(
            Key,
            SettingKind.Text("visible ASCII characters", value => value.Length > 0 && value.All(c => c is > ' ' and < '\u007F')),
            "What the endpoint is sent as `Authorization: Bearer …`.",
            options => options.Key,
            (options, value) => options.Key = value,
            new() { IsSecret = true })
        .Add(
            "REGISTRY_EMBEDDINGS_BATCH",
            SettingKind.Number(1, 2048),
            "How many texts the endpoint gets at once.",
            options => options.Batch,
            (options, value) => options.Batch = value)
        .Add(
            "REGISTRY_EMBEDDINGS_TIMEOUT_SECONDS",
            SettingKind.Seconds(0.1, 600),
            "How long the endpoint may take for a batch.",
            options => options.Timeout,
            (options, value) => options.Timeout = value)
        .Add(
            "REGISTRY_EMBEDDINGS_THREADS",
            SettingKind.Number(1, 256),
            "How many threads the local model uses for one text.",
            options => options.Threads,
            (options, value) => options.Threads = value,
            new() { Unset = "half of the processors, up to 4" });

    /// <summary>All of them, by what they are about.</summary>
    public static IReadOnlyList<SettingGroup> Groups { get; } = [All];

    /// <exception cref="SettingException">An option has an invalid value, or lacks what it needs.</exception>
    internal static void Check(EmbeddingOptions options)
    {
        if (All.FaultsOf(options).FirstOrDefault() is { } fault)
        {
            throw new SettingException(fault);
        }

        if (options.IsEndpoint && options.Model is null)
        {
            throw new SettingException($"{Source} names an endpoint, and {Model} is not set: name the endpoint's model there.");
        }

        if (!options.IsEndpoint && (options.Model ?? options.Key) is not null)
        {
            throw new SettingException(
                $"{(options.Model is null ? Key : Model)} is for an endpoint, and {Source} is '{options.Source}': name the endpoint's URL there, or leave the "
                    + "other out.");
        }
    }

    private static bool IsUrl(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
        && url.UserInfo.Length == 0
        && url.Fragment.Length == 0;
}
