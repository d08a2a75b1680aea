using System.Net;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Caches are told by which request headers an answer was chosen, and different answers have different entity tags.</summary>
public sealed class VaryTests(TrustingHost host, RestHost plain)
{
    private readonly TaskClient client = host.NewTenant();

    [Fact]
    public async Task Each_spelling_of_a_task_has_an_entity_tag_of_its_own()
    {
        var task = await client.SubmitAsync();
        var path = $"/tasks/{task.Text("id")}";
        var newer = (await client.SendAsync("GET", path, null, ("A2A-Version", "1.0"))).One("ETag");
        var older = (await client.SendAsync("GET", path, null, ("A2A-Version", "0.3"))).One("ETag");
        Assert.NotEqual(newer, older);
        Assert.Equal(
            (newer, older),
            ((await client.SendAsync("GET", path)).One("ETag"), (await client.SendAsync("GET", path + "?state_format=0.3")).One("ETag")));
        foreach (var (version, tag, isKnown) in new[]
        {
            ("1.0", newer, true),
            ("1.0", older, false),
            ("0.3", older, true),
            ("0.3", newer, false),
            ("0.3", "W/" + older, true),
        })
        {
            var read = await client.SendAsync("GET", path, null, ("A2A-Version", version), ("If-None-Match", tag));
            Assert.Equal(isKnown ? HttpStatusCode.NotModified : HttpStatusCode.OK, read.StatusCode);
            Assert.Equal(version == "1.0" ? newer : older, read.One("ETag"));
            Assert.Contains("A2A-Version", read.Headers.Vary);
        }

        var written = await client.SendAsync("PATCH", path, """{"state":"working"}""", ("A2A-Version", "0.3"), ("If-Match", older));
        Assert.Equal((await client.SendAsync("GET", path, null, ("A2A-Version", "0.3"))).One("ETag"), written.One("ETag"));
        await (await client.SendAsync("PATCH", path, """{"state":"working"}""", ("If-Match", older))).ProblemAsync(412);
        Assert.True((await client.SendAsync("POST", path + ":cancel", null, ("If-Match", written.One("ETag")))).IsSuccessStatusCode);
        var over = await client.SendAsync("PATCH", path, """{"state":"working"}""");
        await over.ProblemAsync(409);
        Assert.Contains("A2A-Version", over.Headers.Vary);
    }

    [Fact]
    public async Task Answers_name_the_headers_that_choose_them_sent_or_not()
    {
        var task = await client.SubmitAsync(more: ""","contextId":"c" """);
        var id = task.Text("id");
        foreach (var (path, more) in new[]
        {
            ($"/tasks/{id}", "A2A-Version, X-Registry-Lease"), ("/tasks", "A2A-Version"), ("/tasks:count", "A2A-Version"),
            ("/contexts/c/tasks", "A2A-Version"),
            ($"/tasks/{id}?state_format=0.3", "X-Registry-Lease"), ($"/tasks/{id}/messages", "X-Registry-Lease"),
            ($"/tasks/{id}/artifacts", "X-Registry-Lease"),
            ($"/tasks/{id}/owner", "X-Registry-Lease"), ($"/tasks/{id}/feedback", ""), ($"/tasks/{id}/pushNotificationConfigs", "X-Registry-Lease"),
            ("/tasks:clearing", ""), ("/tasks/none", "A2A-Version, X-Registry-Lease"),
            ("/contexts", ""), ("/contexts/c", ""), ("/contexts/c/messages", ""), ("/contexts/c/owner", ""),
            ("/agents", ""), ("/agents/none", ""), ("/agents/none/card", ""), ("/agents/none/extensions", ""), ("/extensions", ""), ("/tags", ""),
            ("/categories", ""), ("/stats", ""),
        })
        {
            var expected = more.Split(", ", StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal((path, Sorted(expected)), (path, Sorted((await plain.Client.SendAsync("GET", path)).Headers.Vary)));
            Assert.Equal(
                (path, Sorted([.. expected, "X-Registry-Tenant", "X-Registry-Subject", "X-Registry-Roles"])),
                (path, Sorted((await client.SendAsync("GET", path)).Headers.Vary)));
        }

        await using var events = await EventReader.OpenAsync(client.Client, $"/tasks/{id}/events", client.Headers());
        await events.NextAsync("task");
        static string Sorted(IEnumerable<string> headers) => string.Join(", ", headers.Order(StringComparer.Ordinal));
    }
}
