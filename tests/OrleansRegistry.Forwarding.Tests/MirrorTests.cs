namespace OrleansRegistry.Forwarding.Tests;

/// <summary>A second registry is the agent: what it does appears here.</summary>
public sealed class MirrorTests(TwoRegistries registries)
{
    private readonly TestRegistry near = registries.Near;
    private readonly TestRegistry far = registries.Far;

    public static TheoryData<string, string, bool> Spoken => new()
    {
        { "JSONRPC", "1.0", true },
        { "JSONRPC", "1.0", false },
        { "HTTP+JSON", "1.0", true },
        { "HTTP+JSON", "1.0", false },
        { "JSONRPC", "0.3", true },
        { "JSONRPC", "0.3", false },
    };

    [Theory]
    [MemberData(nameof(Spoken))]
    public async Task A_message_goes_to_the_agent_and_what_it_does_comes_back(string binding, string version, bool streams)
    {
        var (agent, remote) = await PairAsync(binding, version, streams);
        var task = await near.SubmitAsync(agent, "a question");

        var there = await far.ClaimAsync(remote);
        Assert.Contains("a question", there.History[^1].ToString(), StringComparison.Ordinal);
        Assert.NotEqual(task.Id, there.Id);
        await far.UpdateAsync(there, TaskState.Working, "on it");
        await far.UpdateAsync(there, null, null, new ArtifactUpdate(ArtifactUpdate.Text("result", "first").Json));
        await far.UpdateAsync(there, null, null, new ArtifactUpdate(ArtifactUpdate.Text("result", "second").Json, Append: true, LastChunk: true));
        await far.UpdateAsync(there, TaskState.Completed, "that is all");

        var done = await near.WaitAsync(task.Id, TaskState.Completed);
        var artifact = Assert.Single(done.Artifacts).ToString();
        Assert.Contains("first", artifact, StringComparison.Ordinal);
        Assert.Contains("second", artifact, StringComparison.Ordinal);
        Assert.Contains("that is all", done.Status.Message.ToString(), StringComparison.Ordinal);
        Assert.Contains(done.History, message => message.ToString().Contains("on it", StringComparison.Ordinal));
        Assert.DoesNotContain(done.History.Append(done.Status.Message), message => message.ToString().Contains(there.Id, StringComparison.Ordinal));
        Assert.Single(done.History, message => message.ToString().Contains("a question", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_A2A_client_gets_the_agents_answer_through_the_registry()
    {
        var (agent, remote) = await PairAsync();
        var working = Task.Run(
            async () => await far.UpdateAsync(await far.ClaimAsync(remote), TaskState.Completed, null, ArtifactUpdate.Text("result", "42")),
            TestRegistry.Cancellation);
        using var http = new HttpClient { BaseAddress = near.Address };
        http.DefaultRequestHeaders.Add("A2A-Version", "1.0");
        using var body = new StringContent(
            """{"message":{"messageId":"m-1","role":"ROLE_USER","parts":[{"text":"hello"}]}}""", System.Text.Encoding.UTF8, "application/json");
        using var response = await http.PostAsync($"a2a/{agent}/message:send", body, TestRegistry.Cancellation);
        var answer = await response.Content.ReadAsStringAsync(TestRegistry.Cancellation);
        Assert.Contains("TASK_STATE_COMPLETED", answer, StringComparison.Ordinal);
        Assert.Contains("42", answer, StringComparison.Ordinal);
        await working;
    }

    [Fact]
    public async Task Events_come_one_by_one_and_in_order()
    {
        var (agent, remote) = await PairAsync();
        var task = await near.SubmitAsync(agent);
        var seen = new List<string>();
        var watching = Task.Run(
            async () =>
            {
                await foreach (var happened in near.Tasks.WatchAsync(Caller.Default, task.Id, cancellationToken: TestRegistry.Cancellation))
                {
                    seen.AddRange((happened.Artifacts ?? []).Select(artifact => artifact.Json.ToString()));
                }
            },
            TestRegistry.Cancellation);
        var there = await far.ClaimAsync(remote);
        for (var i = 0; i < 20; i++)
        {
            await far.UpdateAsync(there, null, null, new ArtifactUpdate(ArtifactUpdate.Text("log", $"line {i:D2}").Json, Append: i > 0));
        }

        await far.UpdateAsync(there, TaskState.Completed);
        await watching;
        var lines = seen.SelectMany(json => Enumerable.Range(0, 20).Where(i => json.Contains($"line {i:D2}", StringComparison.Ordinal)));
        Assert.Equal(Enumerable.Range(0, 20), lines);
    }

    [Fact]
    public async Task A_question_of_the_agent_is_answered_in_its_own_task()
    {
        var (agent, remote) = await PairAsync();
        var task = await near.SubmitAsync(agent, "book a table");
        var there = await far.ClaimAsync(remote);
        await far.UpdateAsync(there, TaskState.InputRequired, "for how many?");
        await near.WaitAsync(task.Id, TaskState.InputRequired);

        await near.SubmitAsync(agent, "for two", taskId: task.Id);
        var again = await far.ClaimAsync(remote);
        Assert.Equal(there.Id, again.Id);
        Assert.Contains("for two", again.History[^1].ToString(), StringComparison.Ordinal);
        await far.UpdateAsync(again, TaskState.Completed, "done");

        var done = await near.WaitAsync(task.Id, TaskState.Completed);
        string[] said = ["book a table", "for how many?", "for two"];
        Assert.Equal(said.Length, done.History.Count);
        Assert.All(said.Zip(done.History), pair => Assert.Contains(pair.First, pair.Second.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_message_while_the_agent_works_reaches_the_same_task()
    {
        var (agent, remote) = await PairAsync();
        var task = await near.SubmitAsync(agent, "one");
        var there = await far.ClaimAsync(remote);
        await far.UpdateAsync(there, TaskState.Working, "working");
        await near.WaitAsync(task.Id, known => known.Status.Message.ToString().Contains("working", StringComparison.Ordinal));

        await near.SubmitAsync(agent, "two", taskId: task.Id);
        var again = await far.ClaimAsync(remote);
        Assert.Equal(there.Id, again.Id);
        await far.UpdateAsync(again, TaskState.Completed, "both");
        await near.WaitAsync(task.Id, TaskState.Completed);
        Assert.Equal(1, again.History.Count(message => message.ToString().Contains("\"one\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Messages_that_the_agent_has_not_heard_go_as_one()
    {
        var remote = await far.WorkAsync();
        var agent = await near.WorkAsync();
        var task = await near.SubmitAsync(agent, "one");
        await near.SubmitAsync(agent, "two", taskId: task.Id);
        var card = TestRegistry.Card(agent, new Uri(far.Address, $"a2a/{remote}").AbsoluteUri);
        var registration = new AgentRegistration(card, agent) { Delivery = AgentDelivery.Forward };
        await near.Agents.RegisterAsync(Caller.Default, registration, TestRegistry.Cancellation);

        var there = await far.ClaimAsync(remote);
        var said = Assert.Single(there.History).ToString();
        var places = new[] { "\"one\"", "\"two\"" }.Select(text => said.IndexOf(text, StringComparison.Ordinal)).ToArray();
        Assert.True(places[0] > 0 && places[0] < places[1]);
        await far.UpdateAsync(there, TaskState.Completed, "both");
        var done = await near.WaitAsync(task.Id, TaskState.Completed);
        Assert.Equal(2, done.History.Count);
    }

    [Fact]
    public async Task Tasks_of_one_context_are_of_one_context_there()
    {
        var (agent, remote) = await PairAsync();
        var first = await near.SubmitAsync(agent);
        var there = await far.ClaimAsync(remote);
        await far.UpdateAsync(there, TaskState.Completed);
        await near.WaitAsync(first.Id, TaskState.Completed);

        await near.SubmitAsync(agent, contextId: first.ContextId);
        var second = await far.ClaimAsync(remote);
        await far.UpdateAsync(second, TaskState.Completed);
        await near.SubmitAsync(agent);
        var other = await far.ClaimAsync(remote);
        await far.UpdateAsync(other, TaskState.Completed);

        Assert.Equal(there.ContextId, second.ContextId);
        Assert.NotEqual(there.ContextId, other.ContextId);
        Assert.NotEqual(first.ContextId, there.ContextId);
    }

    [Fact]
    public async Task A_message_refers_to_the_agents_own_tasks_and_says_what_its_user_takes()
    {
        var (agent, remote) = await PairAsync();
        var first = await near.SubmitAsync(agent);
        var there = await far.ClaimAsync(remote);
        await far.UpdateAsync(there, TaskState.Completed);
        await near.WaitAsync(first.Id, TaskState.Completed);

        var message = TestRegistry.Utf8(
            $$"""{"messageId":"{{Guid.NewGuid()}}","role":"ROLE_USER","parts":[{"text":"as before"}],"referenceTaskIds":["{{first.Id}}","unknown"]}""");
        await near.Tasks.SubmitAsync(
            Caller.Default, new TaskSubmission(message) { AgentId = agent, AcceptedOutputModes = ["text/csv"] }, TestRegistry.Cancellation);
        var second = await far.ClaimAsync(remote);
        await far.UpdateAsync(second, TaskState.Completed);
        Assert.Equal(["text/csv"], second.AcceptedOutputModes);
        Assert.Contains($"\"referenceTaskIds\":[\"{there.Id}\"]", second.History[0].ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_that_is_a_message_alone_stays_one(bool streams)
    {
        var (agent, remote) = await PairAsync(streams: streams);
        var task = await near.SubmitAsync(agent);
        var there = await far.ClaimAsync(remote);
        await far.Tasks.UpdateAsync(
            Caller.Default,
            there.Id,
            new TaskUpdate
            {
                State = TaskState.Completed,
                StatusMessage = TextMessage.Agent("hello yourself"),
                Reply = true,
                LeaseToken = there.Lease!.Token,
            },
            TestRegistry.Cancellation);
        var done = await near.WaitAsync(task.Id, TaskState.Completed);
        Assert.Contains("hello yourself", done.Status.Message.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TaskState.Failed)]
    [InlineData(TaskState.Rejected)]
    [InlineData(TaskState.Canceled)]
    [InlineData(TaskState.AuthRequired)]
    public async Task However_the_turn_ends_there_it_ends_here(TaskState state)
    {
        var (agent, remote) = await PairAsync();
        var task = await near.SubmitAsync(agent);
        await far.UpdateAsync(await far.ClaimAsync(remote), state, "because");
        var ended = await near.WaitAsync(task.Id, state);
        Assert.Contains("because", ended.Status.Message.ToString(), StringComparison.Ordinal);
    }

    private async Task<(string Near, string Far)> PairAsync(string binding = "JSONRPC", string version = "1.0", bool streams = true)
    {
        var remote = await far.WorkAsync();
        return (await near.ForwardToAsync(new Uri(far.Address, $"a2a/{remote}").AbsoluteUri, binding, version, streams), remote);
    }
}
