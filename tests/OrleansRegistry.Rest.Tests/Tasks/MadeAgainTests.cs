using System.Net;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Entity tags and event ids of something that was deleted and made again.</summary>
public sealed class MadeAgainTests(TrustingHost host)
{
    private readonly TaskClient client = host.NewTenant();

    [Fact]
    public async Task What_was_known_of_a_deleted_task_does_not_count_for_the_next_of_its_id()
    {
        var (tags, ids) = (new List<string>(), new List<string>());
        for (var round = 0; round < 3; round++)
        {
            var task = await client.SubmitAsync(more: ""","taskId":"aba" """);
            var first = await client.SendAsync("GET", "/tasks/aba");
            foreach (var (tag, id) in tags.Zip(ids))
            {
                Assert.Equal(HttpStatusCode.OK, (await client.SendAsync("GET", "/tasks/aba", null, ("If-None-Match", tag))).StatusCode);
                await (await client.SendAsync("PATCH", "/tasks/aba", """{"state":"working"}""", ("If-Match", tag))).ProblemAsync(412);
                await (await client.SendAsync("POST", "/tasks/aba:cancel", null, ("If-Match", tag))).ProblemAsync(412);
                await (await client.SendAsync("PATCH", "/tasks/aba", $$"""{"state":"working","ifGenerationMatch":{{id}}}""")).ProblemAsync(409);
                await using var events = await EventReader.OpenAsync(
                    client.Client,
                    "/tasks/aba/events",
                    [("Last-Event-ID", id), .. client.Headers()]);
                Assert.Equal(task.Generation(), (await events.NextAsync("task")).Generation());
            }

            Assert.Equal(
                HttpStatusCode.NotModified,
                (await client.SendAsync("GET", "/tasks/aba", null, ("If-None-Match", first.One("ETag")))).StatusCode);
            var changed = await client.SendAsync("PATCH", "/tasks/aba", """{"state":"completed"}""", ("If-Match", first.One("ETag")));
            tags.AddRange([first.One("ETag"), changed.One("ETag")]);
            ids.AddRange([$"{task.Generation()}", $"{(await changed.JsonAsync()).Generation()}"]);
            Assert.Equal(HttpStatusCode.NoContent, (await client.SendAsync("DELETE", "/tasks/aba")).StatusCode);
        }
    }

    [Fact]
    public async Task Nor_of_a_deleted_context()
    {
        var old = (await (await client.SendAsync("PATCH", "/contexts/aba", """{"data":{}}""")).JsonAsync()).Generation();
        await (await client.SendAsync("DELETE", "/contexts/aba")).JsonAsync();
        var made = (await (await client.SendAsync("PATCH", "/contexts/aba", """{"data":{}}""")).JsonAsync()).Generation();
        await (await client.SendAsync("PATCH", "/contexts/aba", """{"data":{}}""", ("If-Match", $"\"{old}\""))).ProblemAsync(412);
        await (await client.SendAsync("PATCH", "/contexts/aba", $$"""{"data":{},"ifGenerationMatch":{{old}}}""")).ProblemAsync(409);
        await using var events = await EventReader.OpenAsync(
            client.Client,
            "/contexts/aba/events",
            [("Last-Event-ID", $"{old}"), .. client.Headers()]);
        Assert.Equal(made, (await events.NextAsync("context")).Generation());
    }

    [Fact]
    public async Task Nor_of_a_deleted_agent()
    {
        var name = TestHttp.NewName();
        var old = (await client.SendAsync("PUT", $"/agents/{name}", TestHttp.Card(name))).One("ETag");
        Assert.True((await client.SendAsync("DELETE", $"/agents/{name}")).IsSuccessStatusCode);
        Assert.True((await client.SendAsync("PUT", $"/agents/{name}", TestHttp.Card(name))).IsSuccessStatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync("GET", $"/agents/{name}", null, ("If-None-Match", old))).StatusCode);
        await (await client.SendAsync("POST", $"/agents/{name}:disable", null, ("If-Match", old))).ProblemAsync(412);
    }
}
