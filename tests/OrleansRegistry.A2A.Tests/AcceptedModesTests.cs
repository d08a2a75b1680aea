using static OrleansRegistry.A2A.Tests.LegacyCalls;

namespace OrleansRegistry.A2A.Tests;

/// <summary><c>acceptedOutputModes</c> (A2A 1.0, 3.2.2).</summary>
public sealed class AcceptedModesTests(A2AHost host)
{
    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task S3_2_2_the_media_types_that_a_client_accepts_reach_the_worker(string binding)
    {
        var agent = await host.RegisterAsync();
        var client = Bindings.Of(binding);
        var sent = await client.SendAsync(
            agent, TestAgent.Message(), """{"returnImmediately":true,"acceptedOutputModes":["text/plain","image/*"]}""");
        Assert.False(sent.TryGetProperty("acceptedOutputModes", out _));
        Assert.Equal(["text/plain", "image/*"], (await agent.ClaimAsync()).AcceptedOutputModes);
        await client.SubmitAsync(agent);
        Assert.Empty((await agent.ClaimAsync()).AcceptedOutputModes);
    }

    [Theory, MemberData(nameof(Bindings.All), MemberType = typeof(Bindings))]
    public async Task What_is_no_media_type_is_refused_with_its_field(string binding)
    {
        var agent = await host.RegisterAsync();
        var request = $$$"""{"message":{{{TestAgent.Message()}}},"configuration":{"acceptedOutputModes":["text/plain",""]}}""";
        var fault = (await Bindings.Of(binding).CallAsync(agent, "SendMessage", request)).Refused(A2AError.InvalidParams);
        Assert.Equal("configuration.acceptedOutputModes[1]", fault.Field);
    }

    [Fact]
    public async Task A_client_of_0_3_tells_them_too()
    {
        var agent = await host.RegisterAsync();
        await OkAsync(CallAsync(
            agent,
            "message/send",
            $$$"""{"message":{{{NewMessage()}}},"configuration":{"blocking":false,"acceptedOutputModes":["text/plain"]}}"""));
        Assert.Equal(["text/plain"], (await agent.ClaimAsync()).AcceptedOutputModes);
    }
}
