using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using OrleansRegistry.Rest.Tests;

namespace OrleansRegistry.Http.Tests;

/// <summary>What a front end gets from the kit, whatever it serves.</summary>
public sealed class FrontEndTests
{
    [Theory]
    [InlineData(RegistryError.Invalid, 400)]
    [InlineData(RegistryError.Forbidden, 403)]
    [InlineData(RegistryError.NotFound, 404)]
    [InlineData(RegistryError.Conflict, 409)]
    [InlineData(RegistryError.Terminal, 409)]
    [InlineData(RegistryError.IdReused, 409)]
    [InlineData(RegistryError.TooLarge, 413)]
    [InlineData(RegistryError.KeyReused, 422)]
    [InlineData(RegistryError.Unreadable, 500)]
    [InlineData(RegistryError.NotSupported, 501)]
    [InlineData(RegistryError.Busy, 503)]
    [InlineData(RegistryError.Unavailable, 503)]
    [InlineData(RegistryError.StorageFull, 507)]
    public async Task A_refusal_is_a_problem_of_its_status(RegistryError error, int status)
    {
        await using var host = await FrontEndHost.StartAsync(new RegistryException(error, "what is wrong", "id"));
        var answer = await host.Client.SendAsync("GET", "/things/x");
        var problem = await answer.ProblemAsync(status, "id");
        Assert.Equal("what is wrong", problem.Text("detail"));
        Assert.Equal(status == 503 ? "1" : null, answer.Headers.RetryAfter?.ToString());
    }

    [Fact]
    public async Task A_fault_that_is_no_refusal_tells_no_details()
    {
        await using var host = await FrontEndHost.StartAsync(new InvalidOperationException("password=secret"));
        Assert.DoesNotContain(
            "secret",
            (await (await host.Client.SendAsync("GET", "/things/x")).ProblemAsync(500)).GetRawText(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Paths_and_methods_that_nobody_serves_are_problems()
    {
        await using var host = await FrontEndHost.StartAsync();
        await (await host.Client.SendAsync("GET", "/nothing")).ProblemAsync(404);
        var refused = await host.Client.SendAsync("DELETE", "/things");
        Assert.Equal(["POST"], refused.Content.Headers.Allow);
        await refused.ProblemAsync(405);
        await (await host.Client.SendAsync("GET", "/things/x/..")).ProblemAsync(400, "path");
        await (await host.Client.SendAsync("POST", "/things", "{}", ("Origin", "https://evil.example"))).ProblemAsync(403, "Origin");
        await (await host.Client.SendAsync("GET", "/health", null, ("Host", "evil.example"))).ProblemAsync(400, "Host");
    }

    [Theory]
    [InlineData("""{"thingName":"a","size":1}""", 201, null)]
    [InlineData("""{"thing_name":"a","size":"1"}""", 201, null)]
    [InlineData("""{"thingName":"a","thing_name":"a","size":1}""", 400, "thing_name")]
    [InlineData("""{"thingName":1,"size":1}""", 400, "thingName")]
    [InlineData("""{"thingName":"a","size":10}""", 400, "size")]
    [InlineData("""{"thingName":"a"}""", 400, "size")]
    [InlineData("""{"other":"a"}""", 400, "other")]
    [InlineData("""["a"]""", 400, "body")]
    [InlineData("""{"thingName":""", 400, "body")]
    [InlineData("", 400, "body")]
    public async Task A_body_is_read_member_by_member(string body, int status, string? field)
    {
        await using var host = await FrontEndHost.StartAsync(configure: options => options.PublicUrl = "https://registry.example/base");
        var answer = await host.Client.SendAsync("POST", "/things", body);
        if (field is null)
        {
            Assert.Equal(status, (int)answer.StatusCode);
            Assert.Equal("/base/things/a", answer.Headers.Location?.ToString());
        }
        else
        {
            await answer.ProblemAsync(status, field);
        }
    }

    [Fact]
    public async Task A_body_that_is_too_large_or_not_json_by_its_headers_is_refused()
    {
        await using var host = await FrontEndHost.StartAsync();
        await (await host.Client.SendAsync("POST", "/things", $"\"{new string('x', 1024)}\"")).ProblemAsync(413, "body");
        var answer = await host.Client.SendAsync("POST", "/things", "{}", ("Content-Type", "text/plain"));
        Assert.Equal("application/json", answer.One("Accept"));
        await answer.ProblemAsync(415, "Content-Type");
    }

    [Fact]
    public async Task Events_come_with_their_ids_and_a_refusal_ends_the_stream_with_its_reason()
    {
        var events = Channel.CreateUnbounded<string>();
        await using var host = await FrontEndHost.StartAsync(
            events: events,
            configure: options => options.EventHeartbeat = TimeSpan.FromMilliseconds(10));
        await using var stream = await EventReader.OpenAsync(host.Client, "/events");
        events.Writer.TryWrite("ab");
        Assert.Equal("ab", (await stream.NextAsync("thing")).GetString());
        Assert.Equal("2", stream.LastEventId);
        events.Writer.Complete(new RegistryException(RegistryError.Unavailable, "the store is gone"));
        Assert.Equal("the store is gone", (await stream.NextAsync("bye")).Text("reason"));
    }

    [Fact]
    public async Task The_document_has_what_the_front_end_says()
    {
        await using var host = await FrontEndHost.StartAsync();
        var document = JsonDocument.Parse(await host.Client.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken)).RootElement;
        var paths = document.GetProperty("paths");
        Assert.Equal("getThing", paths.GetProperty("/things/{id}").GetProperty("get").Text("operationId"));
        Assert.Equal(
            ["/events", "/health", "/health/live", "/health/ready", "/health/serving", "/things", "/things/{id}"],
            paths.EnumerateObject().Select(path => path.Name).Order(StringComparer.Ordinal));
        Assert.True(document.GetProperty("components").GetProperty("schemas").TryGetProperty("Problem", out _));
        Assert.Equal(HttpStatusCode.OK, (await host.Client.SendAsync("GET", "/health/ready")).StatusCode);
    }
}
