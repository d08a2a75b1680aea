using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using System.Text;
using Microsoft.Extensions.Logging;
using Orleans.Serialization.Invocation;

namespace OrleansRegistry.Trust;

/// <summary>
/// The last that stands between tenants: a call of a grain on whose behalf somebody calls is refused where the grain is of another tenant. Who makes
/// the grain's key makes it of the caller's tenant, so it never happens; if it did, it would be a fault of the registry, and is logged as one.
/// </summary>
internal sealed partial class TenantFilter(ILogger<TenantFilter> logger) : IIncomingGrainCallFilter
{
    private static readonly ConcurrentDictionary<MethodInfo, Func<IInvokable, Caller?>?> Callers = [];

    public Task Invoke(IIncomingGrainCallContext context)
    {
        if (CallerOf(context.InterfaceMethod) is { } callerOf && callerOf(context.Request) is { } caller
            && !IsOf(context.TargetId.Key.AsSpan(), caller.Tenant))
        {
            LogOther(logger, context.InterfaceName, context.MethodName, LogText.Id(caller.Tenant));
            throw new RegistryException(RegistryError.NotFound, "There is no such thing, or it is not yours.");
        }

        return context.Invoke();
    }

    /// <summary>Reads on whose behalf a method is called; null where it has no argument that says so.</summary>
    internal static Func<IInvokable, Caller?>? CallerOf(MethodInfo method) => Callers.GetOrAdd(method, Make);

    /// <summary>Whether a key is that of a thing of a tenant (<see cref="GrainKeys"/>). Tenants are ASCII.</summary>
    private static bool IsOf(ReadOnlySpan<byte> key, string tenant)
    {
        var end = 2 + tenant.Length;
        return key.Length > end && key.StartsWith("t/"u8) && key[end] == (byte)'/' && Ascii.Equals(key[2..end], tenant);
    }

    private static Func<IInvokable, Caller?>? Make(MethodInfo method)
    {
        var parameters = method.GetParameters();
        for (var i = 0; i < parameters.Length; i++)
        {
            var type = parameters[i].ParameterType;
            var member = type == typeof(Caller) ? null : type.GetProperties().FirstOrDefault(property => property.PropertyType == typeof(Caller));
            if (type != typeof(Caller) && member is null)
            {
                continue;
            }

            var call = Expression.Parameter(typeof(IInvokable));
            Expression argument = Expression.Convert(Expression.Call(call, nameof(IInvokable.GetArgument), [], Expression.Constant(i)), type);
            Expression caller = member is null ? argument
                : type.IsValueType ? Expression.Property(argument, member)
                : Expression.Condition(
                    Expression.ReferenceEqual(argument, Expression.Constant(null, type)),
                    Expression.Constant(null, typeof(Caller)),
                    Expression.Property(argument, member));
            return Expression.Lambda<Func<IInvokable, Caller?>>(caller, call).Compile();
        }

        return null;
    }

    [LoggerMessage(1, LogLevel.Critical, "{Grain}.{Method} was called for the tenant '{Tenant}' of a grain that is another's, and refused")]
    private static partial void LogOther(ILogger logger, string grain, string method, string tenant);
}
