using System.Text.Json;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Tasks whose answer is a message alone.</summary>
public sealed class ReplyTests(TrustingHost host)
{
    private const string Reply =
        """{"state":"completed","statusMessage":{"role":"ROLE_AGENT","messageId":"r1","parts":[{"text":"42"}]},"reply":true}""";

    private readonly TaskClient me = host.NewTenant();

    [Fact]
    public async Task The_task_says_that_its_message_is_the_answer()
    {
        var task = await me.SubmitAsync();
        Assert.False(task.TryGetProperty("reply", out _));
        var done = await me.PatchAsync(task, Reply);
        Assert.Equal(("TASK_STATE_COMPLETED", true), (done.GetProperty("status").Text("state"), done.GetProperty("reply").GetBoolean()));
        foreach (var path in new[] { "", "?consistency=strong" })
        {
            var read = await me.GetAsync($"/tasks/{task.Text("id")}{path}");
            Assert.True(read.GetProperty("reply").GetBoolean());
            Assert.Equal("r1", read.GetProperty("status").GetProperty("message").Text("messageId"));
        }

        var listed = (await me.GetAsync("/tasks")).GetProperty("tasks")[0];
        Assert.True(listed.GetProperty("reply").GetBoolean());
    }

    [Theory]
    [InlineData("""{"state":"completed","reply":true}""")]
    [InlineData("""{"state":"working","statusMessage":{"role":"ROLE_AGENT","parts":[{"text":"42"}]},"reply":true}""")]
    [InlineData("""{"statusMessage":{"role":"ROLE_AGENT","parts":[{"text":"42"}]},"reply":true}""")]
    [InlineData(
        """
        {"state":"completed","statusMessage":{"role":"ROLE_AGENT","parts":[{"text":"42"}]},"reply":true,
         "artifacts":[{"artifactId":"a","parts":[{"text":"42"}]}]}
        """)]
    [InlineData("""{"state":"completed","statusMessage":{"role":"ROLE_AGENT","parts":[{"text":"42"}]},"reply":"yes"}""")]
    public async Task It_needs_a_message_and_the_end_and_nothing_beside(string update)
    {
        var task = await me.SubmitAsync();
        await (await me.SendAsync("PATCH", $"/tasks/{task.Text("id")}", update)).ProblemAsync(400, "reply");
        var after = await me.GetAsync($"/tasks/{task.Text("id")}");
        Assert.Equal(("TASK_STATE_SUBMITTED", task.Long("generation")), (after.GetProperty("status").Text("state"), after.Long("generation")));
    }

    [Fact]
    public async Task A_task_with_artifacts_has_more_to_show_than_a_message()
    {
        var task = await me.SubmitAsync();
        await me.PatchAsync(task, """{"artifacts":[{"artifactId":"a","parts":[{"text":"4"}]}]}""");
        await (await me.SendAsync("PATCH", $"/tasks/{task.Text("id")}", Reply)).ProblemAsync(400, "reply");
    }

    [Fact]
    public async Task False_is_the_same_as_nothing()
    {
        var task = await me.SubmitAsync();
        Assert.False((await me.PatchAsync(task, """{"state":"completed","reply":false}""")).TryGetProperty("reply", out _));
    }

    [Fact]
    public async Task A_task_that_is_put_as_it_was_read_stays_one()
    {
        var task = await me.SubmitAsync();
        var id = task.Text("id");
        await me.PatchAsync(task, Reply);
        var read = await me.GetAsync($"/tasks/{id}");
        Assert.True((await (await me.SendAsync("PUT", $"/tasks/{id}", read.GetRawText())).JsonAsync()).GetProperty("reply").GetBoolean());

        var failed = """{"status":{"state":"failed"},"history":[]}""";
        var put = await (await me.SendAsync("PUT", $"/tasks/{id}?replace_final=true", failed)).JsonAsync();
        Assert.False(put.TryGetProperty("reply", out _));
    }

    [Fact]
    public async Task A_repeat_by_its_key_is_the_same_request_only_with_the_same_reply()
    {
        var task = await me.SubmitAsync();
        (string, string) key = ("Idempotency-Key", "k");
        await (await me.SendAsync("PATCH", $"/tasks/{task.Text("id")}", Reply, key)).JsonAsync();
        var again = await (await me.SendAsync("PATCH", $"/tasks/{task.Text("id")}", Reply, key)).JsonAsync();
        Assert.True(again.GetProperty("repeated").GetBoolean());
        var other = Reply.Replace("true", "false", StringComparison.Ordinal);
        await (await me.SendAsync("PATCH", $"/tasks/{task.Text("id")}", other, key)).ProblemAsync(422);
    }
}

file static class Numbers
{
    public static long Long(this JsonElement element, string name) => element.GetProperty(name).GetInt64();
}
