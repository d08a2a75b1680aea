using System.Text.RegularExpressions;

namespace OrleansRegistry.Server.Tests.Telemetry;

/// <summary>Metrics in Prometheus's text format.</summary>
internal sealed partial class Scrape(string text)
{
    private readonly ILookup<string, Match> samples = Sample().Matches(text).ToLookup(sample => sample.Groups["name"].Value, StringComparer.Ordinal);

    /// <summary>The names of metrics; of histograms without their endings.</summary>
    public IEnumerable<string> Families => Type().Matches(text).Select(type => type.Groups["name"].Value);

    /// <summary>Whether there is a sample of that name.</summary>
    public bool Has(string name) => samples.Contains(name);

    /// <summary>The labels of a metric's samples.</summary>
    public HashSet<string> LabelsOf(string name) =>
        [.. samples[name].Concat(samples[name + "_bucket"]).SelectMany(sample => Label().Matches(sample.Groups["labels"].Value))
            .Select(label => label.Groups["name"].Value)];

    [GeneratedRegex(@"^# TYPE (?<name>\S+) ", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Type();

    [GeneratedRegex(@"^(?<name>[a-zA-Z_:][\w:]*)(\{(?<labels>.*)\})? \S+$", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex Sample();

    [GeneratedRegex(@"(?<name>\w+)=""(\\.|[^""\\])*""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Label();
}
