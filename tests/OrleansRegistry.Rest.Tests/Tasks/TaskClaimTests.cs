using System.Net;
using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

public sealed class TaskClaimTests(TrustingHost host)
{
    private readonly TaskClient client = host.NewTenant();

    [Fact]
    public async Task A_worker_gets_the_oldest_task_whole_and_finishes_it()
    {
        var task = await client.SubmitAsync("do this", ""","agentId":"a/b" """);
        await client.SubmitAsync("then this", ""","agentId":"a/b" """);
        await client.SubmitAsync("not this", ""","agentId":"other" """);
        var claimed = await ClaimAsync(client, "a%2Fb");
        Assert.Equal(
            (task.Text("id"), "TASK_STATE_WORKING", 2),
            (claimed.Text("id"), claimed.GetProperty("status").Text("state"), claimed.Changes()));
        Assert.Equal("do this", claimed.GetProperty("history")[0].GetProperty("parts")[0].Text("text"));
        Assert.Equal("w1", claimed.GetProperty("lease").Text("worker"));
        var token = claimed.GetProperty("lease").Text("token");
        Assert.NotEmpty(token);
        var shown = (await client.GetAsync($"/tasks/{task.Text("id")}")).GetProperty("lease");
        Assert.False(shown.TryGetProperty("token", out _));
        Assert.EndsWith("Z", shown.Text("expiresAt"), StringComparison.Ordinal);

        await (await client.SendAsync("PATCH", $"/tasks/{task.Text("id")}", """{"state":"completed","leaseToken":"wrong"}""")).ProblemAsync(409);
        var done = await client.PatchAsync(
            task,
            $$"""{"state":"completed","lease_token":"{{token}}","artifacts":[{"artifactId":"r","parts":[{"text":"done"}]}]}""");
        Assert.False(done.TryGetProperty("lease", out _));
        await (await client.SendAsync("POST", $"/tasks/{task.Text("id")}:renew", $$"""{"leaseToken":"{{token}}"}""")).ProblemAsync(409);
    }

    [Fact]
    public async Task Without_work_there_is_nothing_and_with_a_wait_it_comes()
    {
        Assert.Equal(
            HttpStatusCode.NoContent,
            (await client.SendAsync("POST", "/agents/a/tasks:claim", """{"worker":"w","wait_seconds":0}""")).StatusCode);
        var waiting = client.SendAsync("POST", "/agents/a/tasks:claim", """{"worker":"w","wait_seconds":60}""");
        var task = await client.SubmitAsync("work", ""","agentId":"a" """);
        Assert.Equal(task.Text("id"), (await (await waiting).JsonAsync()).Text("id"));
    }

    [Fact]
    public async Task Each_task_goes_to_one_worker()
    {
        for (var i = 0; i < 10; i++)
        {
            await client.SubmitAsync($"m{i}", ""","agentId":"a" """);
        }

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 14).Select(i => client.SendAsync("POST", "/agents/a/tasks:claim", $$"""{"worker":"w{{i}}","wait_seconds":0}""")));
        var claimed = await Task.WhenAll(answers.Where(answer => answer.StatusCode == HttpStatusCode.OK).Select(answer => answer.JsonAsync()));
        Assert.Equal(10, claimed.Select(task => task.Text("id")).Distinct().Count());
        Assert.Equal(4, answers.Count(answer => answer.StatusCode == HttpStatusCode.NoContent));
    }

    [Fact]
    public async Task A_worker_is_told_the_media_types_that_are_accepted_and_the_task_can_be_put_as_it_was_read()
    {
        var id = (await client.SubmitAsync(more: ",\"agentId\":\"modes\",\"acceptedOutputModes\":[\"text/plain\",\"image/*\"]")).Text("id");
        var claimed = await (await client.SendAsync("POST", "/agents/modes/tasks:claim", """{"worker":"w"}""")).JsonAsync();
        Assert.Equal(id, claimed.Text("id"));
        Assert.Equal("""["text/plain","image/*"]""", claimed.GetProperty("acceptedOutputModes").GetRawText());
        var read = await (await client.SendAsync("GET", $"/tasks/{id}")).JsonAsync();
        var put = await (await client.SendAsync("PUT", $"/tasks/{id}", read.GetRawText())).JsonAsync();
        Assert.Equal("""["text/plain","image/*"]""", put.GetProperty("acceptedOutputModes").GetRawText());
        Assert.False((await client.SubmitAsync()).TryGetProperty("acceptedOutputModes", out _));
        var wrong = $$"""{"message":{{TaskClient.Message("x")}},"acceptedOutputModes":[""]}""";
        await (await client.SendAsync("POST", "/tasks", wrong)).ProblemAsync(400, "accepted_output_modes[0]");
    }

    [Fact]
    public async Task A_deadline_is_a_time_ahead_and_shown_in_the_task()
    {
        var deadline = DateTimeOffset.UtcNow.AddDays(1);
        foreach (var (sent, shown) in new[]
            {
                ($"{deadline:yyyy-MM-dd'T'HH:mm:ss.fff}Z", $"{deadline:yyyy-MM-dd'T'HH:mm:ss.fff}Z"),
                ($"{deadline:yyyy-MM-dd't'HH:mm:ss}.123456789z", $"{deadline:yyyy-MM-dd'T'HH:mm:ss}.123Z"),
                ($"{deadline.ToOffset(TimeSpan.FromHours(2)):yyyy-MM-dd'T'HH:mm:sszzz}", $"{deadline:yyyy-MM-dd'T'HH:mm:ss}.000Z"),
            })
        {
            Assert.Equal(shown, (await client.SubmitAsync(more: $",\"deadline\":\"{sent}\"")).Text("deadline"));
        }

        foreach (var wrong in new[] { "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z" })
        {
            await (await client.SendAsync("POST", "/tasks", $$"""{"message":{{TaskClient.Message("x")}},"deadline":"{{wrong}}"}""")).ProblemAsync(
                400,
                "deadline");
        }

        Assert.False((await client.SubmitAsync(more: ",\"deadline\":\"\"")).TryGetProperty("deadline", out _));
    }

    [Fact]
    public async Task The_holder_of_a_lease_reads_all_of_the_task_by_its_token_whoever_owns_it()
    {
        var worker = client with { Subject = "worker" };
        await (await client.SendAsync("PUT", "/agents/leased", $$"""{"agent_card":{{TestHttp.Card("leased")}},"workers":["worker"]}""")).JsonAsync(
            HttpStatusCode.Created);
        var path = $"/tasks/{(await client.SubmitAsync("work", ""","agentId":"leased" """)).Text("id")}";
        await (await client.SendAsync("POST", path + "/pushNotificationConfigs", """{"id":"hook","url":"https://example.org"}""")).JsonAsync();
        var claimed = await ClaimAsync(worker, "leased");
        Assert.Equal(1, claimed.Number("attempts"));
        var lease = ("X-Registry-Lease", claimed.GetProperty("lease").Text("token"));
        await (await worker.SendAsync(
            "PATCH",
            path,
            $$"""{"leaseToken":"{{lease.Item2}}","artifacts":[{"artifactId":"x","parts":[{"text":"y"}]}]}""")).JsonAsync();
        string[] reads = ["", "/messages", "/artifacts", "/artifacts/x", "/pushNotificationConfigs", "/pushNotificationConfigs/hook", "/owner",
            "?current_generation=1&wait=0"];
        foreach (var read in reads)
        {
            await (await worker.SendAsync("GET", path + read)).ProblemAsync(404);
            await (await worker.SendAsync("GET", path + read, null, lease)).JsonAsync();
        }

        await (await worker.SendAsync("GET", path + "/events")).ProblemAsync(404);
        await using var events = await EventReader.OpenAsync(client.Client, path + "/events", [lease, .. worker.Headers()]);
        Assert.False((await events.NextAsync("task")).TryGetProperty("attempts", out _));
        await (await client.SendAsync("POST", path + ":cancel")).JsonAsync();
        Assert.Equal("TASK_STATE_CANCELED", (await events.NextAsync("update")).GetProperty("status").Text("state"));
        await events.EndAsync();
        foreach (var read in reads)
        {
            await (await worker.SendAsync("GET", path + read, null, lease)).ProblemAsync(404);
        }
    }

    [Fact]
    public async Task A_lease_is_renewed_and_given_back()
    {
        var task = await client.SubmitAsync("work", ""","agentId":"a" """);
        var path = $"/tasks/{task.Text("id")}";
        var lease = (await ClaimAsync(client, "a")).GetProperty("lease");
        var renewed = (await (await client.SendAsync("POST", path + ":renew", $$"""{"lease_token":"{{lease.Text("token")}}","lease_seconds":3600}"""))
            .JsonAsync()).GetProperty("lease");
        Assert.Equal(lease.Text("token"), renewed.Text("token"));
        Assert.True(string.CompareOrdinal(renewed.Text("expiresAt"), lease.Text("expiresAt")) > 0);
        await (await client.SendAsync("POST", path + ":release", """{"lease_token":"wrong"}""")).ProblemAsync(409);
        var released = await (await client.SendAsync("POST", path + ":release", $$"""{"leaseToken":"{{lease.Text("token")}}"}""")).JsonAsync();
        Assert.Equal("TASK_STATE_SUBMITTED", released.GetProperty("status").Text("state"));
        Assert.False(released.TryGetProperty("lease", out _));
        Assert.NotEqual(lease.Text("token"), (await ClaimAsync(client, "a")).GetProperty("lease").Text("token"));
        await (await client.SendAsync("POST", "/tasks/nobody:renew", """{"leaseToken":"t"}""")).ProblemAsync(404);
        await (await client.SendAsync("POST", "/tasks/nobody:release", """{"leaseToken":"t"}""")).ProblemAsync(404);
    }

    [Fact]
    public async Task A_lease_opens_the_task_of_another_owner_to_its_holder_alone()
    {
        var owner = client with { Subject = "owner" };
        var worker = client with { Subject = "worker" };
        await (await client.SendAsync("PUT", "/agents/a", $$"""{"agent_card":{{TestHttp.Card("a")}},"workers":["worker"]}""")).JsonAsync(
            HttpStatusCode.Created);
        var task = await owner.SubmitAsync("work", ""","agentId":"a" """);
        var path = $"/tasks/{task.Text("id")}";
        var token = (await ClaimAsync(worker, "a")).GetProperty("lease").Text("token");
        await (await worker.SendAsync("GET", path)).ProblemAsync(404);
        await (await worker.SendAsync("GET", path, null, ("X-Registry-Lease", "wrong"))).ProblemAsync(404);
        var seen = await worker.SendAsync("GET", path, null, ("X-Registry-Lease", token));
        Assert.Equal("owner", (await seen.JsonAsync()).Text("owner"));
        Assert.Equal(
            HttpStatusCode.NotModified,
            (await worker.SendAsync("GET", path, null, ("X-Registry-Lease", token), ("If-None-Match", seen.One("ETag")))).StatusCode);
        await (await worker.SendAsync("PATCH", path, """{"state":"completed"}""")).ProblemAsync(404);
        await (await worker.SendAsync("PATCH", path, $$"""{"state":"completed","leaseToken":"{{token}}"}""")).JsonAsync();
        Assert.Equal("TASK_STATE_COMPLETED", (await owner.GetAsync(path)).GetProperty("status").Text("state"));
    }

    private static async Task<JsonElement> ClaimAsync(TaskClient worker, string agent) =>
        await (await worker.SendAsync("POST", $"/agents/{agent}/tasks:claim", """{"worker":"w1","leaseSeconds":60,"waitSeconds":0}""")).JsonAsync();
}
