using System.Diagnostics;
using System.Text;
using System.Text.Json;
using OrleansRegistry.Tests.Shared;

namespace OrleansRegistry.Client.Tests;

/// <summary>What a worker says about its tasks: over HTTP, and beside a co-hosted registry.</summary>
public sealed class WorkTests(ClientHost host)
{
    [Fact]
    public async Task A_card_that_waits_for_a_review_is_not_said_to_be_registered()
    {
        await using var bench = new WorkerBench(host, isRemote: false);
        await host.Client.Reviews.PutPolicyAsync(bench.Caller, new ReviewPolicy(ReviewMode.All), cancellationToken: ClientHost.Cancellation);
        bench.Options.Caller = bench.Caller with { Allowed = RegistryRoles.Of([RegistryRoles.Agent]) };
        bench.Start((_, context) => context.CompleteAsync());
        await Eventually.TrueAsync(() => bench.Log.Lines.Any(line => line.Contains("waits for review", StringComparison.Ordinal)), "the log");
        Assert.DoesNotContain(bench.Log.Lines, line => line.Contains("is registered", StringComparison.Ordinal));
    }

    public static TheoryData<bool> Both { get; } = [true, false];

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_text_goes_in_and_an_artifact_comes_out(bool isRemote)
    {
        await using var bench = new WorkerBench(host, isRemote);
        bench.Start((_, context) => context.AddArtifactAsync("echo", context.Text));
        var task = await bench.AskAsync("Grüße \"hier\"");
        task = await bench.WaitForAsync(task.Id, TaskState.Completed);
        Assert.Equal("""{"artifactId":"echo","parts":[{"text":"Grüße \"hier\""}]}""", Assert.Single(task.Artifacts).ToString());
        Assert.Equal(AgentDelivery.Worker, (await bench.Agents.GetAsync(bench.Caller, WorkerBench.AgentId))!.EffectiveDelivery);
        Assert.Null(task.Lease);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Progress_and_chunks_come_in_order(bool isRemote)
    {
        await using var bench = new WorkerBench(host, isRemote);
        var isSeen = new TaskCompletionSource();
        bench.Start(async (_, context) =>
        {
            await isSeen.Task;
            for (var i = 1; i <= 3; i++)
            {
                await context.ReportAsync($"{i} of 3");
                await context.AddArtifactAsync("a", $"{i}", append: i > 1, last: i == 3, name: "counted");
            }

            await context.CompleteAsync("counted");
        });
        var task = await bench.AskAsync("count");
        var seen = new List<string>();
        await foreach (var happened in bench.Tasks.WatchAsync(bench.Caller, task.Id, cancellationToken: ClientHost.Cancellation))
        {
            isSeen.TrySetResult();
            if (happened.Status is { Message.IsEmpty: false } status)
            {
                seen.Add($"{status.State.ToV03()} {Text(status.Message)}");
            }

            seen.AddRange((happened.Artifacts ?? []).Select(chunk => $"{Text(chunk.Json)} {chunk.Append} {chunk.LastChunk}"));
        }

        Assert.Equal(
            [
                "working 1 of 3", "1 False False", "working 2 of 3", "2 True False", "working 3 of 3", "3 True True", "completed counted",
            ],
            seen);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_question_ends_the_turn_and_its_answer_comes_with_the_next(bool isRemote)
    {
        await using var bench = new WorkerBench(host, isRemote);
        var turns = 0;
        bench.Start(async (task, context) =>
        {
            turns++;
            if (context.Text == "weather")
            {
                await context.AskAsync("Where?");
                Assert.True(context.IsOver);
                await Assert.ThrowsAsync<InvalidOperationException>(() => context.ReportAsync("more"));
            }
            else if (context.Text == "there")
            {
                await context.AskForAuthenticationAsync("Who are you?");
            }
            else
            {
                await context.CompleteAsync(string.Join('|', task.History.Select(message => Text(message))));
            }
        });
        var asked = await bench.AskAsync("weather");
        await bench.WaitForAsync(asked.Id, TaskState.InputRequired);
        await bench.AskAsync("there", asked.Id);
        await bench.WaitForAsync(asked.Id, TaskState.AuthRequired);
        await bench.AskAsync("me", asked.Id);
        var task = await bench.WaitForAsync(asked.Id, TaskState.Completed);
        Assert.Equal("weather|Where?|there|Who are you?|me", Text(task.Status.Message));
        Assert.Equal(3, turns);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_turn_ends_as_its_work_says(bool isRemote)
    {
        await using var bench = new WorkerBench(host, isRemote);
        bench.Options.MaxConcurrency = 4;
        bench.Start((_, context) => context.Text switch
        {
            "reply" => context.ReplyAsync("hello"),
            "fail" => context.FailAsync("no such town"),
            "reject" => context.RejectAsync("not my trade"),
            _ => Task.CompletedTask,
        });
        var reply = await bench.WaitForAsync((await bench.AskAsync("reply")).Id, TaskState.Completed);
        Assert.True(reply.IsReply);
        Assert.Equal("hello", Text(reply.Status.Message));
        var failed = await bench.WaitForAsync((await bench.AskAsync("fail")).Id, TaskState.Failed);
        Assert.Equal("no such town", Text(failed.Status.Message));
        var rejected = await bench.WaitForAsync((await bench.AskAsync("reject")).Id, TaskState.Rejected);
        Assert.Equal("not my trade", Text(rejected.Status.Message));
        Assert.True((await bench.WaitForAsync((await bench.AskAsync("nothing")).Id, TaskState.Completed)).Status.Message.IsEmpty);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task An_exception_fails_the_task_and_is_told_to_the_log_alone(bool isRemote)
    {
        await using var bench = new WorkerBench(host, isRemote);
        bench.Start((_, context) => context.Text switch
        {
            "own" => throw new InvalidOperationException("password=hunter2"),
            "timeout" => throw new TaskCanceledException("password=hunter2"),
            _ => context.AddArtifactAsync("a", new string('x', 2 * 1024 * 1024)),
        });
        foreach (var text in new[] { "own", "timeout", "too large" })
        {
            var task = await bench.WaitForAsync((await bench.AskAsync(text)).Id, TaskState.Failed);
            var said = Text(task.Status.Message);
            Assert.StartsWith("The agent failed to do this. Its log says why, under ", said, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", said, StringComparison.Ordinal);
            var reference = said.Split(' ')[^1].TrimEnd('.');
            var logged = Assert.Single(bench.Log.Lines, line => line.Contains(reference, StringComparison.Ordinal));
            Assert.Contains("Exception", logged, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Streams_are_sent_in_chunks_as_text_or_as_bytes()
    {
        await using var bench = new WorkerBench(host, isRemote: true);
        var text = string.Concat(Enumerable.Repeat("aäö€😀", 40_000));
        var bytes = new byte[500_000];
        new Random(1).NextBytes(bytes);
        bench.Start(async (_, context) =>
        {
            await context.AddArtifactAsync("text", new MemoryStream(Encoding.UTF8.GetBytes(text)), "text/plain");
            await context.AddArtifactAsync("bytes", new MemoryStream(bytes), "application/pdf", filename: "a.pdf");
            await context.AddArtifactAsync("empty", Stream.Null, "application/pdf");
        });
        var task = await bench.WaitForAsync((await bench.AskAsync("all")).Id, TaskState.Completed);
        var parts = task.Artifacts
            .Select(artifact => JsonDocument.Parse(artifact.Utf8).RootElement.GetProperty("parts").EnumerateArray().ToList())
            .ToList();
        Assert.True(parts[0].Count > 1);
        Assert.Equal(text, string.Concat(parts[0].Select(part => part.GetProperty("text").GetString())));
        Assert.Equal(3, parts[1].Count);
        Assert.Equal(bytes, parts[1].SelectMany(part => part.GetProperty("raw").GetBytesFromBase64()));
        Assert.Equal("a.pdf", parts[1][0].GetProperty("filename").GetString());
        Assert.Single(parts[2]);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task The_work_goes_on_with_the_trace_of_its_submission(bool isRemote)
    {
        await using var bench = new WorkerBench(host, isRemote);
        var found = new TaskCompletionSource<ActivityTraceId>();
        bench.Start((_, _) =>
        {
            found.SetResult(Activity.Current?.TraceId ?? default);
            return Task.CompletedTask;
        });
        using var request = new Activity("request").SetParentId("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").Start();
        await bench.AskAsync("trace");
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", (await found.Task.WaitAsync(TimeSpan.FromSeconds(30))).ToHexString());
    }

    [Fact]
    public async Task What_is_refused_at_the_start_ends_the_worker()
    {
        await using var bench = new WorkerBench(host, isRemote: true);
        bench.Options.Card = "[]";
        bench.Start((_, _) => Task.CompletedTask);
        Assert.Equal(RegistryError.Invalid, (await Assert.ThrowsAsync<RegistryException>(() => bench.Running)).Error);

        await bench.Agents.RegisterAsync(bench.Caller, new(ClientHost.Card("a"), WorkerBench.AgentId));
        await using var other = new WorkerBench(host, isRemote: true);
        other.Options.Card = null;
        other.Options.Caller = bench.Caller with { Subject = "mallory" };
        other.Start((_, _) => Task.CompletedTask);
        Assert.Equal(RegistryError.Forbidden, (await Assert.ThrowsAsync<RegistryException>(() => other.Running)).Error);
        foreach (var wrong in new AgentWorkerOptions[]
        {
            new() { MaxConcurrency = 0 }, new() { Lease = TimeSpan.Zero }, new() { ClaimWait = TimeSpan.FromMinutes(2) }, new() { Worker = "" },
            new() { StopTimeout = TimeSpan.FromSeconds(-1) }, new() { Caller = new Caller("a/b") },
        })
        {
            Assert.Throws<ArgumentException>(() => new AgentWorker(host.Client, "a", wrong));
        }
    }

    internal static string Text(RawJson message) =>
        JsonDocument.Parse(message.Utf8).RootElement.GetProperty("parts")[0].GetProperty("text").GetString()!;
}
