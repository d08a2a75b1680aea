using System.Net;

namespace OrleansRegistry.Rest.Tests;

/// <summary>Streams and waits, whatever the registry says.</summary>
public sealed class EventStreamTests
{
    private const string Path = "/tasks/" + ScriptedTask.Id + "/events";

    [Fact]
    public async Task Line_ends_within_a_document_do_not_end_the_event()
    {
        var task = new ScriptedTask();
        await using var host = await RestHost.StartAsync(tasks: task);
        await using var events = await EventReader.OpenAsync(host.Client, Path);
        await task.Events.Writer.WriteAsync(ScriptedTask.Update(8, "{\n \"a\":\r\n 1,\r\"b\": \"\\n\"\n}"), TestContext.Current.CancellationToken);
        var update = await events.NextAsync("update");
        Assert.Equal("8", events.LastEventId);
        Assert.Equal(1, update.GetProperty("messages")[0].Number("a"));
        Assert.Equal("\n", update.GetProperty("messages")[0].Text("b"));
        Assert.Equal(TimeSpan.FromSeconds(2), events.Retry);
        task.Events.Writer.Complete();
        await events.EndAsync();
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("5", null, 5L)]
    [InlineData(null, "6", 6L)]
    [InlineData("5", "6", 5L)]
    [InlineData("7", null, 7L)]
    [InlineData("8", null, 8L)]
    [InlineData("99999999999", null, 99999999999L)]
    public async Task The_last_event_that_the_client_has_is_where_it_goes_on(string? header, string? query, long? expected)
    {
        var task = new ScriptedTask();
        await using var host = await RestHost.StartAsync(tasks: task);
        await using var events = await EventReader.OpenAsync(
            host.Client, query is null ? Path : $"{Path}?last_event_id={query}", header is null ? [] : [("Last-Event-ID", header)]);
        Assert.Equal(expected, await task.Watched.Task.WaitAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("x", "", "Last-Event-ID")]
    [InlineData("-1", "", "Last-Event-ID")]
    [InlineData("1.5", "", "Last-Event-ID")]
    [InlineData(null, "?last_event_id=x", "last_event_id")]
    [InlineData(null, "?last_event_id=-1", "last_event_id")]
    [InlineData(null, "?after=1", "after")]
    [InlineData(null, "?state_format=0.2", "state_format")]
    public async Task What_is_no_event_id_is_refused_before_the_stream(string? header, string query, string field)
    {
        await using var host = await RestHost.StartAsync(tasks: new ScriptedTask());
        await (await host.Client.SendAsync("GET", Path + query, null, header is null ? [] : [("Last-Event-ID", header)])).ProblemAsync(400, field);
    }

    [Fact]
    public async Task An_unknown_task_is_a_404_and_no_stream()
    {
        await using var host = await RestHost.StartAsync(tasks: new ScriptedTask());
        await (await host.Client.SendAsync("GET", "/tasks/other/events")).ProblemAsync(404, "task_id");
    }

    [Fact]
    public async Task Whoever_has_the_end_of_a_task_that_is_over_is_told_not_to_come_back()
    {
        await using var host = await RestHost.StartAsync(tasks: new ScriptedTask(TaskState.Completed));
        Assert.Equal(HttpStatusCode.NoContent, (await host.Client.SendAsync("GET", Path, null, ("Last-Event-ID", "7"))).StatusCode);
    }

    [Fact]
    public async Task A_quiet_stream_shows_that_it_is_alive()
    {
        var task = new ScriptedTask();
        await using var host = await RestHost.StartAsync(options => options.EventHeartbeat = TimeSpan.FromMilliseconds(20), tasks: task);
        using var response = await host.Client.GetAsync(Path, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        var comments = 0;
        while (comments < 3)
        {
            comments += await reader.ReadLineAsync(TestContext.Current.CancellationToken) == ":" ? 1 : 0;
        }

        await task.Events.Writer.WriteAsync(ScriptedTask.Update(8, "{}"), TestContext.Current.CancellationToken);
        string? line;
        do
        {
            line = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        }
        while (line is ":" or "");
        Assert.Equal("event: update", line);
    }

    [Fact]
    public async Task Events_reach_the_client_while_the_stream_is_open_and_nobody_may_keep_them()
    {
        var task = new ScriptedTask();
        await using var host = await RestHost.StartAsync(tasks: task);
        using var response = await host.Client.GetAsync(Path, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Contains("no-cache", response.One("Cache-Control"), StringComparison.Ordinal);
        Assert.Equal("no", response.One("X-Accel-Buffering"));
        Assert.False(task.Left.Task.IsCompleted);
    }

    [Fact]
    public async Task A_client_that_leaves_ends_the_watch_without_noise()
    {
        var task = new ScriptedTask();
        await using var host = await RestHost.StartAsync(tasks: task);
        var events = await EventReader.OpenAsync(host.Client, Path);
        await task.Watched.Task.WaitAsync(TestContext.Current.CancellationToken);
        await events.DisposeAsync();
        await task.Left.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Empty(host.Log);
    }

    [Fact]
    public async Task A_server_that_ends_says_so_and_ends_at_once()
    {
        var task = new ScriptedTask();
        await using var host = await RestHost.StartAsync(tasks: task);
        await using var events = await EventReader.OpenAsync(host.Client, Path);
        await task.Events.Writer.WriteAsync(ScriptedTask.Update(8, "{}"), TestContext.Current.CancellationToken);
        await events.NextAsync("update");
        var stopped = host.StopAsync();
        Assert.NotEmpty((await events.NextAsync("bye")).Text("reason"));
        await events.EndAsync();
        Assert.Equal("8", events.LastEventId);
        await stopped;
        Assert.True(task.Left.Task.IsCompleted);
        Assert.Empty(host.Log);
    }

    [Theory]
    [InlineData("GET", "/tasks/" + ScriptedTask.Id + "?current_generation=7&wait=60", null, 200)]
    [InlineData("POST", "/agents/a/tasks:claim", """{"worker":"w","waitSeconds":60}""", 204)]
    public async Task A_server_that_ends_answers_waits_as_if_they_were_over(string method, string path, string? body, int status)
    {
        var task = new ScriptedTask();
        await using var host = await RestHost.StartAsync(tasks: task);
        var answer = host.Client.SendAsync(method, path, body);
        await task.Waited.Task.WaitAsync(TestContext.Current.CancellationToken);
        var stopped = host.StopAsync();
        Assert.Equal(status, (int)(await answer).StatusCode);
        await stopped;
    }

    [Fact]
    public async Task A_refusal_within_a_stream_is_said_in_it()
    {
        var task = new ScriptedTask();
        await using var host = await RestHost.StartAsync(tasks: task);
        await using var events = await EventReader.OpenAsync(host.Client, Path);
        task.Events.Writer.Complete(new RegistryException(RegistryError.Unavailable, "the store is away"));
        Assert.Equal("the store is away", (await events.NextAsync("bye")).Text("reason"));
        await events.EndAsync();
        Assert.Empty(host.Log);
    }

    [Fact]
    public async Task A_fault_within_a_stream_breaks_it_and_is_logged()
    {
        var task = new ScriptedTask();
        await using var host = await RestHost.StartAsync(tasks: task);
        await using var events = await EventReader.OpenAsync(host.Client, Path);
        task.Events.Writer.Complete(new InvalidOperationException("secret details"));
        await Assert.ThrowsAnyAsync<IOException>(() => events.EndAsync());
        Assert.Contains("secret details", Assert.Single(host.Log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Head_answers_the_headers_alone()
    {
        await using var host = await RestHost.StartAsync(tasks: new ScriptedTask());
        var response = await host.Client.SendAsync("HEAD", Path);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.ToString());
    }
}
