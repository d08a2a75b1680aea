using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace OrleansRegistry.Server.Tests.Telemetry;

/// <summary>What is written about metrics, and asked of them, is what a scrape has.</summary>
[Collection(Watched.Name)]
public sealed partial class MetricNamesTests(WatchedServer watched)
{
    private static readonly string Root = SettingPageTests.Root;

    private Scrape Scraped => new(watched.Scrape);

    [Fact]
    public void The_page_has_every_metric_of_a_scrape_with_its_labels()
    {
        var rows = File.ReadLines(Path.Combine(Root, "docs", "telemetry.md")).Select(line => Row().Match(line)).Where(row => row.Success).ToList();
        var inClusters = rows.Where(row => row.Value.Contains("in clusters alone", StringComparison.Ordinal)).SelectMany(Names).ToHashSet();
        var written = rows.SelectMany(Names).Except(inClusters).Order(StringComparer.Ordinal);
        Assert.Equal(written, Scraped.Families.Except(inClusters).Order(StringComparer.Ordinal));
        foreach (var row in rows.Where(row => !Names(row).Any(inClusters.Contains)))
        {
            var labels = Quoted().Matches(row.Groups["labels"].Value).Select(label => label.Groups["text"].Value);
            var has = Scraped.LabelsOf(Names(row).Single());
            Assert.Empty(labels.Except(has, StringComparer.Ordinal).Select(label => $"{row.Groups["names"]}: {label}"));
            if (!row.Groups["labels"].Value.Contains('…', StringComparison.Ordinal))
            {
                Assert.Empty(has.Except(labels, StringComparer.Ordinal).Except(["le"], StringComparer.Ordinal));
            }
        }
    }

    [Fact]
    public void The_dashboard_asks_for_what_there_is()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root, "deploy", "grafana", "dashboard.json")));
        var queries = Texts(dashboard.RootElement, "expr").ToList();
        Assert.True(queries.Count > 20, $"{queries.Count} queries");
        var variable = Texts(dashboard.RootElement, "query").Single(query => query.StartsWith("label_values(", StringComparison.Ordinal));
        Assert.Empty(queries.Append(LabelValues().Match(variable).Groups["of"].Value).SelectMany(query => PromQl.Faults(query, Scraped)));
    }

    [Fact]
    public void Alerts_ask_for_what_there_is_and_each_says_what_to_do()
    {
        var alerts = File.ReadAllText(Path.Combine(Root, "deploy", "grafana", "alerts.yaml"));
        var page = File.ReadAllText(Path.Combine(Root, "docs", "telemetry.md"));
        var found = Alert().Matches(alerts);
        Assert.Equal(alerts.Split("- alert:").Length - 1, found.Count);
        Assert.True(found.Count > 5);
        foreach (Match alert in found)
        {
            Assert.Empty(PromQl.Faults(alert.Groups["expr"].Value, Scraped));
            Assert.Contains($"| `{alert.Groups["name"]}` | {alert.Groups["runbook"]} |", page, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("rate(registry_revision[5m])")]
    [InlineData("sum by (state) (registry_tasks{state=~\"a|b{}\"}) > 1e3 and on (instance) up{job='x'} == 0")]
    [InlineData("histogram_quantile(0.9, sum by (le, kind) (rate(registry_store_write_duration_seconds_bucket{kind=~\"$k\"}[$__rate_interval])))")]
    [InlineData("max(total_agents) without (instance) / -1.5 offset 5m")]
    public void A_right_query_has_no_faults(string query) => Assert.Empty(PromQl.Faults(query, Scraped));

    [Theory]
    [InlineData("rate(registry_revisions[5m])", "registry_revisions is not in the scrape")]
    [InlineData("rat(registry_revision[5m])", "rat is no function that is known")]
    [InlineData("registry_tasks{stat=\"x\"}", "registry_tasks has no label stat")]
    [InlineData("sum by (kind) (registry_tasks)", "nothing in it has the label kind")]
    [InlineData("registry_tasks{state='x}", "cannot be read from: 'x}")]
    public void A_wrong_query_is_found(string query, string fault) => Assert.Equal([$"{query}: {fault}"], PromQl.Faults(query, Scraped));

    [Fact]
    public async Task Scrapes_go_by_the_rules_of_all_requests()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Host = "evil.example";
        Assert.Equal(HttpStatusCode.BadRequest, (await watched.Server.Http.SendAsync(request)).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await watched.Server.Http.PostAsync("/metrics", null)).StatusCode);
        Assert.Contains("service_name=\"orleans-registry\"", watched.Scrape, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Names(Match row) => Quoted().Matches(row.Groups["names"].Value).Select(name => name.Groups["text"].Value);

    private static IEnumerable<string> Texts(JsonElement json, string name) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().SelectMany(member => member.Name == name && member.Value.ValueKind == JsonValueKind.String
            ? [member.Value.GetString()!]
            : Texts(member.Value, name)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(item => Texts(item, name)),
        _ => [],
    };

    [GeneratedRegex(@"^\| (?<names>`[a-z0-9_]+`(, `[a-z0-9_]+`)*) \|(?<labels>[^|]*)\|.*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Row();

    [GeneratedRegex("`(?<text>[^`]+)`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"^label_values\((?<of>.*), instance\)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelValues();

    [GeneratedRegex(
        """
        -\ alert:\ (?<name>\w+)\s+expr:\ (?<expr>.+)\s+(for:\ \w+\s+)?labels:\ \{\ severity:\ (critical|warning|info)\ \}
        \s+annotations:\s+summary:\ ".+"\s+runbook:\ "(?<runbook>.+)"
        """,
        RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace,
        1000)]
    private static partial Regex Alert();
}
