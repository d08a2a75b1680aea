using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace OrleansRegistry.ClusterTests;

/// <summary>
/// One script of requests, sent to the servers of a registry in turn, and what they answered: status, ETag and body, without what differs from run to
/// run.
/// </summary>
internal static partial class Transcript
{
    /// <summary>
    /// Method, path, body, and a condition where it has one. In a body, <c>id?</c> stands for the generation of that which was answered last.
    /// </summary>
    private static readonly (string Method, string Path, object? Body, string? IfMatch)[] Script =
    [
        ("PUT", "/agents/diff-a/card", Card("diff-a", "alpha"), "none"),
        ("PUT", "/agents/diff-a/card", Card("diff-a", "alpha"), "none"),
        ("PUT", "/agents/diff-b/card", Card("diff-b", "beta"), null),
        ("PUT", "/agents/diff-c/card", Card("diff-c", "alpha beta"), "1"),
        ("POST", "/agents", new { agent_card = Card("diff-d", "delta") }, null),
        ("POST", "/agents", new { agent_card = new { description = "no name" } }, null),
        ("POST", "/agents:batch", new { agents = new[]
        {
            new { agent_card = Card("diff-e", "epsilon") },
            new { agent_card = Card("", "nameless") },
        } }, null),
        ("PATCH", "/agents/diff-b", new { agent_card = new { description = "better" } }, null),
        ("PATCH", "/agents/diff-none", new { agent_card = new { description = "x" } }, null),
        ("PATCH", "/agents/diff-a", new { agent_card = new { description = "x" } }, "999999999"),
        ("POST", "/agents/diff-b:disable", null, null),
        ("DELETE", "/agents/diff-d", null, null),
        ("DELETE", "/agents/diff-d", null, null),
        ("GET", "/agents/diff-a", null, null),
        ("GET", "/agents/diff-a?consistency=strong", null, null),
        ("GET", "/agents/diff-a?consistency=weak", null, null),
        ("GET", "/agents/diff-a/card", null, null),
        ("GET", "/agents/diff-d", null, null),
        ("GET", "/agents?tag=diff&view=record&page_size=50", null, null),
        ("GET", "/agents?tag=diff&page_size=2", null, null),
        ("GET", "/agents?tag=diff&query=alpha&page_size=50", null, null),
        ("GET", "/agents?tag=diff&enabled=false&page_size=50", null, null),
        ("GET", "/agents?page_size=0", null, null),
        ("GET", "/agents/diff-a/extensions", null, null),
        ("GET", "/nowhere", null, null),
        ("POST", "/agents/diff-a/tasks:claim", new { worker = "w", waitSeconds = 0 }, null),
        ("POST", "/tasks", new { taskId = "diff-1", contextId = "diff", agentId = "diff-a", message = Message("m1") }, null),
        ("POST", "/tasks", new { taskId = "diff-1", contextId = "diff", message = Message("m1") }, null),
        ("POST", "/tasks", new { taskId = "diff-1", contextId = "other", message = Message("m2") }, null),
        ("POST", "/tasks", new { taskId = "diff-2", contextId = "diff", message = new { messageId = "m", role = "ROLE_NOBODY" } }, null),
        ("POST", "/tasks", new { taskId = "diff-2", contextId = "diff", message = Message("m1") }, null),
        ("PATCH", "/tasks/diff-1", new { messages = new[] { Message("m3"), Message("m1") }, state = "working", ifGenerationMatch = "diff-1?" }, null),
        ("PATCH", "/tasks/diff-1", new { state = "completed", ifGenerationMatch = 1 }, null),
        ("PATCH", "/tasks/diff-1", new { state = "nonsense" }, null),
        ("POST", "/tasks/diff-1:compareAndSet", new { from = "submitted", to = "working" }, null),
        ("POST", "/tasks/diff-1:compareAndSet", new { from = "working", to = "submitted" }, null),
        ("POST", "/agents/diff-a/tasks:claim", new { worker = "w", leaseSeconds = 600, waitSeconds = 0 }, null),
        ("POST", "/tasks/diff-1:renew", new { leaseToken = "another's", leaseSeconds = 5 }, null),
        ("PATCH", "/tasks/diff-1", new { artifacts = new[]
        {
            new { artifact = new { artifactId = "a", parts = new[] { new { text = "x" } } } },
        } }, null),
        ("POST", "/tasks/diff-2:cancel", null, null),
        ("POST", "/tasks/diff-2:cancel", null, null),
        ("POST", "/tasks/diff-1/feedback", new { rating = 5 }, null),
        ("GET", "/tasks/diff-1/feedback", null, null),
        ("GET", "/tasks/diff-1?consistency=strong", null, null),
        ("GET", "/tasks/diff-1?history_length=1", null, null),
        ("GET", "/tasks/diff-1/messages?page_size=1", null, null),
        ("GET", "/tasks/diff-none", null, null),
        ("GET", "/tasks?context_id=diff&page_size=50", null, null),
        ("GET", "/tasks?context_id=diff&status=canceled", null, null),
        ("GET", "/tasks:count?context_id=diff", null, null),
        ("GET", "/contexts/diff", null, null),
        ("PATCH", "/contexts/diff", new { data = new { a = 1 }, ifGenerationMatch = "diff?" }, null),
        ("PATCH", "/contexts/diff", new { data = new { a = 1 }, ifGenerationMatch = 7 }, null),
        ("POST", "/contexts/diff/messages", new { messages = new[] { Message("c1"), Message("c2") } }, null),
        ("POST", "/contexts/diff/messages", new { messages = new[] { Message("c2") } }, null),
        ("GET", "/contexts/diff", null, null),
        ("GET", "/contexts/diff/messages?page_size=1", null, null),
        ("GET", "/contexts/diff/tasks", null, null),
        ("GET", "/contexts/diff-none", null, null),
        ("DELETE", "/tasks/diff-2", null, null),
        ("DELETE", "/tasks/diff-2", null, null),
        ("POST", "/contexts/diff:clear", null, null),
        ("DELETE", "/contexts/diff", null, null),
        ("DELETE", "/contexts/diff", null, null),
    ];

    public static async Task<string[]> TakeAsync(Uri[] servers)
    {
        using var http = new HttpClient();
        var (answers, newest, generations) = (new List<string>(), 0L, new Dictionary<string, long>(StringComparer.Ordinal));
        foreach (var (i, (method, path, body, condition)) in Script.Index())
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(servers[i % servers.Length], path))
            {
                Content = body is null ? null : ContentOf(body, generations),
            };
            request.Headers.Add("X-Registry-Revision", newest.ToString(CultureInfo.InvariantCulture));
            if (condition is not null)
            {
                request.Headers
                    .TryAddWithoutValidation(condition == "none" ? "If-None-Match" : "If-Match", condition == "none" ? "*" : $"\"{condition}\"");
            }

            using var answer = await http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            newest = Math.Max(newest, RevisionOf(text));
            Note(generations, text);
            answers.Add($"{method} {path} {Varying().Replace($"{(int)answer.StatusCode} {answer.Headers.ETag} {text}", "…")}");
        }

        return [.. answers];
    }

    private static long RevisionOf(string text) =>
        text.StartsWith('{') && JsonDocument.Parse(text).RootElement.TryGetProperty("revision", out var revision) ? revision.GetInt64() : 0;

    private static StringContent ContentOf(object body, Dictionary<string, long> generations) =>
        new(Asked().Replace(JsonSerializer.Serialize(body), asked => $"{generations[asked.Groups["id"].Value]}"), Encoding.UTF8, "application/json");

    private static void Note(Dictionary<string, long> generations, string text)
    {
        if (text.StartsWith('{') && JsonDocument.Parse(text).RootElement is var root && root.TryGetProperty("generation", out var generation))
        {
            generations[root.GetProperty("id").GetString()!] = generation.GetInt64();
        }
    }

    private static object Card(string name, string description) => new
    {
        name,
        description,
        skills = new[] { new { id = "s", name = "skill", tags = new[] { "diff" } } },
        capabilities = new { extensions = new[] { new { uri = "urn:diff" } } },
    };

    private static object Message(string id) => new { messageId = id, role = "ROLE_USER", parts = new[] { new { text = id } } };

    [GeneratedRegex(@"""(?<id>[a-z0-9-]+)\?""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Asked();

    // Times, revisions (of agents, in bodies, in words and as ETags), tokens of leases and of pages, ids of requests and of feedback; of generations
    // all but the last digits.
    [GeneratedRegex(@"\d{4}-\d\d-\d\dT[\d:.]+Z|(?<=revision""?:? )\d+|(?<=revision"":)\d+|(?<=^\d+ )""\d+"""
        + @"|(?<=""(nextPageToken|next_page_token)"":"")[^""]+|(?<=""(token|id|traceId)"":"")[0-9A-Za-z_\-]{16,}"
        + @"|[0-9a-f]{8}-[0-9a-f-]{27}|\b\d{13}(?=\d{3}\b)",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Varying();
}
